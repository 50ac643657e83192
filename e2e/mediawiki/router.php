<?php
// Front of the test wiki for `php -S`: writes one JSON line per request (time of arrival with
// milliseconds) and hands pretty URLs to index.php. Everything else is served as it is.
$arrived = microtime( true );
$line = json_encode( [
	'at' => round( $arrived * 1000, 3 ),
	'pid' => getmypid(),
	'method' => $_SERVER['REQUEST_METHOD'],
	'uri' => $_SERVER['REQUEST_URI'],
	'agent' => $_SERVER['HTTP_USER_AGENT'] ?? '',
], JSON_UNESCAPED_SLASHES );
file_put_contents( getenv( 'WIKI_ACCESS_LOG' ), $line . "\n", FILE_APPEND | LOCK_EX );

$path = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( $path === '/' || str_starts_with( (string)$path, '/wiki/' ) ) {
	$_SERVER['SCRIPT_NAME'] = '/index.php';
	$_SERVER['SCRIPT_FILENAME'] = getenv( 'MW_INSTALL_PATH' ) . '/index.php';
	unset( $_SERVER['PATH_INFO'] );
	chdir( getenv( 'MW_INSTALL_PATH' ) );
	require $_SERVER['SCRIPT_FILENAME'];
	return true;
}
return false;

<?php
// Changes pages as people do, so that the list of recent changes tells of it. One JSON object per line on
// stdin: { "edit": title, "text": … }, { "delete": title } or { "move": title, "to": title }.
require_once getenv( 'MW_INSTALL_PATH' ) . '/maintenance/Maintenance.php';

use MediaWiki\MediaWikiServices;

class ChangePages extends Maintenance {
	public function execute() {
		$user = User::newSystemUser( 'Tester of changes', [ 'steal' => true ] );
		foreach ( explode( "\n", trim( $this->getStdin( Maintenance::STDIN_ALL ) ) ) as $line ) {
			$this->change( json_decode( $line, true, 2, JSON_THROW_ON_ERROR ), $user );
			DeferredUpdates::doUpdates();
		}
	}

	private function change( array $change, User $user ) {
		$services = MediaWikiServices::getInstance();
		$title = Title::newFromText( $change['edit'] ?? $change['delete'] ?? $change['move'] );
		$page = $services->getWikiPageFactory()->newFromTitle( $title );
		if ( isset( $change['edit'] ) ) {
			$updater = $page->newPageUpdater( $user );
			$updater->setContent( 'main', ContentHandler::makeContent( $change['text'], $title ) );
			$updater->saveRevision( CommentStoreComment::newUnsavedComment( 'test' ) );
			$status = $updater->getStatus();
		} elseif ( isset( $change['delete'] ) ) {
			$status = $services->getDeletePageFactory()->newDeletePage( $page, $user )->deleteUnsafe( 'test' );
		} else {
			$to = Title::newFromText( $change['to'] );
			$status = $services->getMovePageFactory()->newMovePage( $title, $to )->move( $user, 'test', true );
		}
		if ( !$status->isOK() ) {
			$this->fatalError( $title->getPrefixedText() . ': ' . $status->getMessage()->text() );
		}
	}
}

$maintClass = ChangePages::class;
require_once RUN_MAINTENANCE_IF_MAIN;

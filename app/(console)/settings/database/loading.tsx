export { default } from '#app/_shared/page-loading.tsx';

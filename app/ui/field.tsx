/**
 * The fields of forms. Each has a label, help and an error beside it; the error replaces nothing and is
 * tied to its control. They are the browser's own controls.
 */
export { DurationField } from './duration-field.tsx';
export { NumberField } from './number-field.tsx';
export { SearchField } from './search-field.tsx';
export { SelectField } from './select-field.tsx';
export { TextField, type TextFieldProps } from './text-field.tsx';
export { CheckboxField, SwitchField } from './toggle-field.tsx';

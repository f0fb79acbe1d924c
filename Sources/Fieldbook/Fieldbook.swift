// Fieldbook

// Provision

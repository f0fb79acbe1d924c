// ProvisionTests

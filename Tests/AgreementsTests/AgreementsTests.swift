// AgreementsTests

enum ExchangeTestsPlaceholder {}

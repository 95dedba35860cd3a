enum LocalContractPlaceholder {}

enum HTTPLinePlaceholder {}

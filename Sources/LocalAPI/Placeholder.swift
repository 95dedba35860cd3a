enum LocalAPIPlaceholder {}

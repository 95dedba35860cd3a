enum NodeStorePlaceholder {}

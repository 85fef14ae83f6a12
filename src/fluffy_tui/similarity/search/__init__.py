"""Questions about similarity: duplicates and nearest neighbours."""

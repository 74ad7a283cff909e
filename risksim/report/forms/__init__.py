"""The forms in which a document leaves: HTML, PDF, Word and Excel, and charts as pictures."""

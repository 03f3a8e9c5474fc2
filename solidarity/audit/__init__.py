"""The auditor's pages: letters, events, proof."""

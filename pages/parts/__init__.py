"""What pages share. A file in `pages/` itself would be a page; what lies here is not."""

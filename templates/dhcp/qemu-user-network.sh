# @server_title@: not written yet for "@recipe@".

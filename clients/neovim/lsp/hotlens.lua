-- For vim.lsp.enable('hotlens'); Neovim 0.11 and newer.
return require('hotlens.client').config()

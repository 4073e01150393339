std = 'luajit'
read_globals = { 'vim' }
globals = { 'vim.bo', 'vim.wo', 'vim.o', 'vim.b', 'vim.g', 'vim.notify', 'vim.ui' }
max_line_length = 120

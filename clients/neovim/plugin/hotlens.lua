-- The command only: everything else is loaded when it is first needed.
if vim.g.loaded_hotlens then
  return
end
vim.g.loaded_hotlens = true

vim.api.nvim_create_user_command('Hotlens', function(arguments)
  require('hotlens.command').run(arguments)
end, {
  desc = 'Profile Python, and look at where the time goes',
  nargs = '*',
  bang = true,
  complete = function(...)
    return require('hotlens.command').complete(...)
  end,
})

vim.keymap.set('n', '<Plug>(hotlens-lens)', '<Cmd>Hotlens lens<CR>', { desc = 'Run the lens of this line' })

-- Help and health.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local doc = T.repository .. '/clients/neovim/doc/hotlens.txt'
local text = table.concat(vim.fn.readfile(doc), '\n')

T.test('help tags resolve', function()
  local folder = T.folder .. '/doc'
  vim.fn.mkdir(folder, 'p')
  vim.uv.fs_copyfile(doc, folder .. '/hotlens.txt')
  vim.cmd('helptags ' .. folder)
  vim.opt.runtimepath:append(T.folder)
  local count = 0
  for tag in text:gmatch('|([^|%s]+)|') do
    T.truthy(#vim.fn.getcompletion(tag, 'help') > 0, tag)
    vim.cmd('help ' .. tag)
    count = count + 1
  end
  T.truthy(count > 10, 'references')
  vim.cmd('helpclose')
end)

T.test('all commands, options and keys are in the help', function()
  for _, name in ipairs(vim.fn.getcompletion('Hotlens ', 'cmdline')) do
    T.truthy(text:find('*:Hotlens-' .. name .. '*', 1, true), name)
  end
  for name in pairs(require('hotlens.config').values) do
    T.truthy(text:find('`' .. name .. '`', 1, true) or text:find('\n' .. name, 1, true), name)
  end
  require('hotlens.highlight').ensure()
  for _, name in ipairs({ 'HotlensHint', 'HotlensLens', 'HotlensSummary', 'HotlensSelected', 'HotlensMatch' }) do
    T.truthy(text:find(name, 1, true), name)
  end
end)

T.test(':checkhealth hotlens', function()
  vim.cmd.edit((T.burner('work.py', 1)))
  T.client()
  vim.cmd('checkhealth hotlens')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  T.matches(report, 'OK Neovim')
  T.matches(report, 'hotlens %d+%.%d+')
  T.matches(report, 'client %d+:')
  T.matches(report, 'py%-spy')
  T.truthy(not report:find('ERROR'), report)
end)

T.test('highlight groups follow the colour scheme', function()
  vim.cmd('colorscheme blue')
  local one = vim.api.nvim_get_hl(0, { name = 'HotlensBox1a' }).bg
  vim.cmd('colorscheme default')
  T.truthy(one ~= vim.api.nvim_get_hl(0, { name = 'HotlensBox1a' }).bg, 'another colour')
end)

T.test('boxes can be read and told apart, dark and light; what a user set stays', function()
  local highlight = require('hotlens.highlight')
  vim.api.nvim_set_hl(0, 'HotlensBox6b', { fg = 1, bg = 2 })
  highlight.define()
  T.equal(2, vim.api.nvim_get_hl(0, { name = 'HotlensBox6b' }).bg)
  vim.g.colors_name = nil -- as without a colour scheme: no event ColorScheme
  for _, background in ipairs({ 'light', 'dark' }) do
    vim.o.background = background
    vim.api.nvim_exec_autocmds('OptionSet', { pattern = 'background' }) -- none comes of a script
    T.settle()
    local normal = vim.api.nvim_get_hl(0, { name = 'Normal' })
    for index = 1, 5 do
      local one = vim.api.nvim_get_hl(0, { name = ('HotlensBox%da'):format(index) })
      local other = vim.api.nvim_get_hl(0, { name = ('HotlensBox%db'):format(index) })
      T.equal(normal.fg, one.fg, 'text of ' .. background)
      T.truthy(highlight.contrast(one.fg, one.bg) >= 4.5, background .. index .. 'a')
      T.truthy(highlight.contrast(other.fg, other.bg) >= 4.5, background .. index .. 'b')
      T.truthy(highlight.contrast(one.bg, other.bg) > 1.1, background .. index .. ' neighbours')
    end
  end
end)

T.finish()

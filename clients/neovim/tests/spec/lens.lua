-- The server's lenses: what is drawn, and what comes of running one.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local config = require('hotlens.config')
local lens = require('hotlens.lens')
local marks = require('hotlens.marks')
T.listen()

local path = T.write('shop.py', table.concat({
  'class Shop:', -- 1
  '\tdef price(self, item):', -- 2
  '\t\treturn sum(item)', -- 3
  '', -- 4
  '\tdef total(self, items):', -- 5
  '\t\treturn [self.price(i) for i in items]', -- 6
  '', -- 7
  'if __name__ == "__main__":', -- 8
  '\tprint(Shop().total([[1]]))', -- 9
}, '\n') .. '\n')
T.write('shop.raw', table.concat({
  ('<module> (%s:9);Shop.total (%s:6);Shop.price (%s:3) 60'):format(path, path, path),
  ('<module> (%s:9);Shop.total (%s:6) 40'):format(path, path),
}, '\n') .. '\n')

vim.cmd.edit(path)
local code = vim.api.nvim_get_current_buf()
T.client()

-- Texts of lenses as they are drawn, by line from 1.
local function drawn()
  local found = {}
  for _, item in ipairs(vim.api.nvim_buf_get_extmarks(code, marks.namespace, 0, -1, { details = true })) do
    local details = item[4]
    local chunks = details.virt_lines and details.virt_lines[1] or (item[2] == 0 and details.virt_text)
    if chunks and not details.invalid then
      found[item[2] + 1] = (found[item[2] + 1] or '') .. T.text(chunks)
    end
  end
  return found
end

local function wait_for(line, pattern)
  return T.wait(('%s at line %d'):format(pattern, line), function()
    local text = drawn()[line]
    return text and text:find(pattern) and text
  end)
end

T.test('without a run there is what can be started', function()
  T.equal('▶ Profile', wait_for(8, '▶'))
  T.equal({ [8] = '▶ Profile' }, drawn())
end)

T.test('lenses are those of the server, indented as their functions', function()
  require('hotlens.client').execute('load', { path = T.folder .. '/shop.raw', rate = 100 })
  wait_for(2, 'total')
  local wanted = {}
  local client = T.client()
  local uri = { uri = vim.uri_from_bufnr(code) }
  for _, item in ipairs(require('hotlens.client').ask(client, 'textDocument/codeLens', { textDocument = uri }, 9000)) do
    local line = item.range.start.line + 1
    wanted[line] = wanted[line] and wanted[line] .. ' | ' .. item.command.title or item.command.title
  end
  T.truthy(vim.tbl_count(wanted) == 4, vim.inspect(wanted))
  local found = drawn()
  for line, text in pairs(wanted) do
    local indent = line == 1 and ' ' or (' '):rep(vim.fn.indent(line))
    T.equal(indent .. text, found[line], 'line ' .. line)
  end
  T.equal(vim.tbl_count(wanted), vim.tbl_count(found), 'lines with lenses')
  T.matches(found[2], '^ +0%.60 s total %(60%%%)')
end)

T.test('the lens of a function opens the flame graph at it', function()
  vim.api.nvim_win_set_cursor(0, { 6, 0 }) -- inside it
  vim.cmd('Hotlens lens')
  local flame = require('hotlens.flame')
  T.wait('the box', function()
    return flame.view() and flame.path():find('Shop%.total$')
  end)
  vim.cmd('close')
  T.equal(code, vim.api.nvim_get_current_buf())
end)

T.test('a line without a lens is told', function()
  vim.api.nvim_buf_set_lines(code, -1, -1, false, { '', '# the end' })
  T.notices = {}
  vim.api.nvim_win_set_cursor(0, { 11, 0 })
  vim.cmd('Hotlens lens')
  T.wait_to_hear('no lens')
  vim.cmd('silent undo')
  wait_for(2, 'total')
end)

T.test('lenses move with the text, and are run where they are', function()
  vim.api.nvim_buf_set_lines(code, 0, 0, false, { '# one', '# two' })
  T.truthy((lens.titles(code)[10] or {})[1] == '▶ Profile', 'moved without asking')
  vim.cmd('silent undo')
  T.wait('the lens', function()
    return (lens.titles(code)[8] or {})[1] == '▶ Profile'
  end)
end)

T.test('lenses and the summary are switched apart', function()
  config.values.lenses = false
  marks.redraw()
  T.matches(drawn()[1], 'shop%.raw')
  T.equal(1, vim.tbl_count(drawn()))
  config.values.lenses, config.values.summary = true, false
  marks.redraw()
  T.truthy(not drawn()[1] and drawn()[2] and drawn()[8], vim.inspect(drawn()))
  config.values.summary = true
  marks.redraw()
end)

T.test('▶ Profile saves the file and records it, ■ Stop ends it', function()
  config.values.record = 'background'
  local long, marker = T.burner('long.py', 600)
  vim.cmd.edit(long)
  code = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(code, 12, 14, false, { 'if __name__ == "__main__":', '    main()' })
  wait_for(13, '▶ Profile')
  T.truthy(vim.bo[code].modified, 'modified')
  vim.api.nvim_win_set_cursor(0, { 13, 0 })
  vim.api.nvim_feedkeys(vim.keycode('<Plug>(hotlens-lens)'), 'mx', false)
  T.wait('■ Stop', function()
    return (drawn()[13] or ''):find('■ Stop program')
  end)
  T.truthy(not vim.bo[code].modified, 'saved')
  T.wait_for_samples()
  vim.cmd('Hotlens lens')
  T.wait('finally', function()
    return vim.uv.fs_stat(marker)
  end)
  wait_for(13, '▶ Profile')
end)

T.test('of several lenses on a line one is chosen', function()
  wait_for(1, 'again at 1000 Hz') -- few samples
  T.offered = nil
  T.choose = function() end
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.cmd('Hotlens lens')
  T.wait('the list', function()
    return T.offered
  end)
  T.matches(T.offered[1], 'long%.py')
  T.matches(T.offered[2], 'again at 1000 Hz')
  T.equal(lens.titles(code)[1], T.offered)
end)

T.test('nothing was complained about', T.no_errors)
T.finish()

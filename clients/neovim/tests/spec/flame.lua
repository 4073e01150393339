-- The flame graph buffer, with a profile whose numbers are known.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local canvas = require('hotlens.flame.canvas')
local flame = require('hotlens.flame')
T.listen()

vim.o.columns = 120
vim.o.lines = 40

local path = T.write('shop.py', table.concat({
  'import json', -- 1
  '', -- 2
  'def price(item):', -- 3
  '    return sum(item)', -- 4
  '', -- 5
  'def total(items):', -- 6
  '    return [price(i) for i in items] and json.dumps(items)', -- 7
  '', -- 8
  'def main():', -- 9
  '    total([])', -- 10
  '    price([])', -- 11
  '', -- 12
  'main()', -- 13
}, '\n') .. '\n')
local library = T.write('lib/encoder.py', 'def encode(o):\n    return o\n')

local function frame(name, file, line)
  return ('%s (%s:%d)'):format(name, file, line)
end
local module, main, total = frame('<module>', path, 13), frame('main', path, 10), frame('total', path, 7)
T.write('shop.raw', table.concat({
  table.concat({ module, main, total, frame('price', path, 4) }, ';') .. ' 50',
  table.concat({ module, main, total, frame('encode', library, 2) }, ';') .. ' 20',
  table.concat({ module, main, total }, ';') .. ' 5',
  table.concat({ module, frame('main', path, 11), frame('price', path, 4) }, ';') .. ' 25',
}, '\n') .. '\n')

vim.cmd.edit(path)
local code = vim.api.nvim_get_current_buf()
local code_window = vim.api.nvim_get_current_win()
T.client()
require('hotlens.client').execute('load', { path = T.folder .. '/shop.raw', rate = 100 })
T.wait('the run', function()
  return require('hotlens.marks').answer(code)
end)

local view
local function lines()
  return vim.api.nvim_buf_get_lines(view.bufnr, 0, -1, false)
end
local function keys(text)
  vim.api.nvim_feedkeys(vim.keycode(text), 'mx', false)
  vim.api.nvim_exec_autocmds('CursorMoved', { buffer = vim.api.nvim_get_current_buf() })
end
-- Presses keys and waits for the answer to what they asked.
local function ask(text)
  local before = view.answer
  keys(text)
  T.wait('an answer to ' .. text, function()
    return view.answer ~= before
  end)
end
local function find(name)
  for row, line in ipairs(lines()) do
    local at = line:find(name, 1, true)
    if at then
      return row, at - 1
    end
  end
  error(name .. ' is not drawn:\n' .. table.concat(lines(), '\n'), 2)
end
local function go_to(name)
  local row, column = find(name)
  vim.api.nvim_win_set_cursor(0, { row, column })
  vim.api.nvim_exec_autocmds('CursorMoved', { buffer = view.bufnr })
end
local function marked(group)
  local texts = {}
  for _, item in ipairs(vim.api.nvim_buf_get_extmarks(view.bufnr, canvas.marks, 0, -1, { details = true })) do
    if item[4].hl_group == group then
      local text = lines()[item[2] + 1]:sub(item[3] + 1, item[4].end_col)
      table.insert(texts, (text:gsub('%s+$', '')))
    end
  end
  return texts
end

T.test('it opens in a window of its own, and fills its width', function()
  vim.cmd('Hotlens flame')
  view = T.wait('the view', function()
    local found = flame.view()
    return found and found.answer and found
  end)
  T.equal('hotlens-flame', vim.bo.filetype)
  T.equal(120, vim.fn.strdisplaywidth(lines()[1]))
  T.matches(lines()[2], '^<module>')
  T.matches(lines()[3], '^main')
  local total_row = canvas.at(view.canvas, find('total'))
  T.equal(120 * 0.75, total_row.width)
end)

T.test('boxes lie where their texts are', function()
  for row, boxes in ipairs(view.canvas.rows) do
    for _, box in ipairs(boxes) do
      local text = lines()[row]
      T.equal(box.x, vim.fn.strdisplaywidth(text:sub(1, box.from)), 'x')
      T.equal(box.width, vim.fn.strdisplaywidth(text:sub(box.from + 1, box.to)), 'width')
    end
  end
  local drawn = vim.api.nvim_buf_get_extmarks(view.bufnr, canvas.boxes, 0, -1, {})
  local count = 0
  for _, boxes in ipairs(view.canvas.rows) do
    count = count + #boxes
  end
  T.equal(count, #drawn)
end)

T.test('the path, the numbers and the source line of the box under the cursor', function()
  go_to('total')
  T.matches(vim.wo.statusline, '<module> › main › total')
  T.matches(vim.wo.winbar, '^ total  shop%.py:7 · 0%.75 s total %(75%%%%%) · 50 ms own · 75 ± %d samples')
  T.wait('the source', function()
    return vim.wo.winbar:find('return [price(i)', 1, true)
  end)
  T.equal({ 'total' }, marked('HotlensSelected'))
  T.equal('<module> › main › total', flame.path())
end)

T.test('keys go from box to box', function()
  keys('j')
  T.matches(vim.wo.winbar, '^ price .* 0%.50 s total')
  keys('l')
  T.matches(vim.wo.winbar, '^ encode .* 0%.20 s total')
  keys('h')
  T.matches(vim.wo.winbar, '^ price')
  keys('k')
  T.matches(vim.wo.winbar, '^ total')
  keys('<Right>')
  T.matches(vim.wo.winbar, '^ price .* 0%.25 s total')
  keys('<Up>')
  T.matches(vim.wo.winbar, '^ main')
  keys('k')
  keys('k')
  keys('k')
  T.matches(vim.wo.winbar, '^ %(all%)')
end)

T.test('zoom, level by level back, and reset', function()
  go_to('total')
  ask('<CR>')
  T.matches(lines()[1], '^total')
  T.equal(120, vim.fn.strdisplaywidth(lines()[1]))
  T.matches(vim.wo.statusline, '<module> › main › total')
  go_to('encode')
  ask('<CR>')
  T.matches(lines()[1], '^encode')
  ask('<BS>')
  T.matches(lines()[1], '^total')
  ask('u')
  T.matches(lines()[1], '^main')
  ask('0')
  T.matches(lines()[2], '^<module>')
  ask('<Esc>')
  T.matches(lines()[1], '^main')
  ask('0')
end)

T.test('a double click zooms', function()
  go_to('total')
  ask('<2-LeftMouse>')
  T.matches(lines()[1], '^total')
  ask('0')
end)

T.test('search marks and walks the matches', function()
  vim.ui.input = function(_, done)
    done('price')
  end
  go_to('main')
  ask('/')
  T.equal({ 'price', 'price' }, marked('HotlensMatch'))
  T.matches(vim.wo.statusline, '/price: 75%.0%%')
  keys('n')
  T.matches(vim.wo.winbar, '^ price .* 0%.25 s total')
  keys('n')
  T.matches(vim.wo.winbar, '^ price .* 0%.50 s total')
  keys('n')
  T.matches(vim.wo.winbar, '^ price .* 0%.25 s total')
  keys('N')
  T.matches(vim.wo.winbar, '^ price .* 0%.50 s total')
  vim.ui.input = function(_, done)
    done('')
  end
  ask('/')
  T.equal({}, marked('HotlensMatch'))
end)

T.test('inverted: functions on top of the stacks come first', function()
  ask('i')
  T.matches(lines()[2], '^price')
  T.equal(120 * 0.75, view.canvas.rows[2][1].width)
  T.matches(vim.wo.statusline, 'inverted')
  ask('i')
  T.matches(lines()[2], '^<module>')
end)

T.test('sandwich: callers above, callees below, and out again', function()
  go_to('total')
  ask('s')
  local row = find('total')
  T.matches(lines()[row - 1], '^main')
  T.matches(lines()[row + 1], '^price')
  T.matches(vim.wo.statusline, 'callers and callees of total')
  T.matches(vim.wo.winbar, '^ total .* 0%.75 s total')
  go_to('price')
  ask('<CR>')
  T.matches(vim.wo.statusline, 'callers and callees of price')
  T.matches(vim.wo.winbar, '^ price .* 0%.75 s total')
  ask('<BS>')
  T.matches(vim.wo.statusline, 'of total')
  go_to('total')
  ask('s')
  T.matches(lines()[2], '^<module>')
end)

local function gd(window)
  keys('gd')
  T.wait('the jump', function()
    return vim.api.nvim_get_current_win() == window
  end)
end

T.test('gd jumps to the line, also after edits', function()
  vim.api.nvim_buf_set_lines(code, 0, 0, false, { '# one', '# two' })
  T.wait('the numbers', function()
    local answer = require('hotlens.marks').answer(code)
    return answer and answer.functions[1].line == 4
  end)
  go_to('total')
  local window = vim.api.nvim_get_current_win()
  gd(code_window)
  T.equal({ 9, 4 }, vim.api.nvim_win_get_cursor(0))
  T.notices = {}
  -- A line inside the function is new, so its line is not as far from its def as it was; one is another.
  vim.api.nvim_buf_set_lines(code, 8, 8, false, { '    # three' })
  vim.api.nvim_set_current_win(window)
  gd(code_window)
  T.equal({ 10, 4 }, vim.api.nvim_win_get_cursor(0))
  T.equal({}, T.notices)
  vim.api.nvim_buf_set_lines(code, 9, 10, false, { '    return items' })
  vim.api.nvim_set_current_win(window)
  gd(code_window)
  T.wait_to_hear('changed or removed')
  vim.cmd('silent undo | silent undo | silent undo')
  T.equal('import json', vim.api.nvim_buf_get_lines(code, 0, 1, false)[1])
  vim.api.nvim_set_current_win(window)
end)

T.test('gd opens a file that is not open', function()
  go_to('encode')
  local window = vim.api.nvim_get_current_win()
  gd(code_window)
  T.matches(vim.api.nvim_buf_get_name(0), 'encoder%.py$')
  T.equal(2, vim.api.nvim_win_get_cursor(0)[1])
  vim.api.nvim_win_set_buf(0, code)
  vim.api.nvim_set_current_win(window)
end)

T.test('gd of a file that is gone says so', function()
  go_to('encode')
  T.notices = {}
  assert(vim.uv.fs_unlink(library))
  local window = vim.api.nvim_get_current_win()
  keys('gd')
  T.matches(T.wait_to_hear('encoder%.py').text, 'not')
  T.equal(window, vim.api.nvim_get_current_win())
end)

T.test('focus restricts the numbers in the code', function()
  go_to('total')
  keys('f')
  T.wait('the focus', function()
    local answer = require('hotlens.marks').answer(code)
    return answer and type(answer.focus) == 'string' and answer.samples == 75
  end)
  keys('F')
  T.wait('everything', function()
    local answer = require('hotlens.marks').answer(code)
    return answer and type(answer.focus) ~= 'string' and answer.samples == 100
  end)
end)

T.test('the function under the cursor in the code is marked', function()
  local window = vim.api.nvim_get_current_win()
  go_to('(all)')
  vim.api.nvim_set_current_win(code_window)
  vim.api.nvim_win_set_cursor(0, { 4, 0 })
  vim.api.nvim_exec_autocmds('CursorMoved', { buffer = code })
  T.wait('the marks', function()
    return vim.deep_equal({ 'price', 'price' }, marked('HotlensHere'))
  end)
  vim.api.nvim_set_current_win(window)
end)

T.test('it follows the width of its window', function()
  local before = view.answer
  local window = vim.api.nvim_get_current_win()
  vim.cmd('vertical split | enew')
  local other = vim.api.nvim_get_current_win()
  vim.api.nvim_set_current_win(window)
  local width = vim.api.nvim_win_get_width(window)
  T.truthy(width < 100, 'a narrow window')
  vim.api.nvim_exec_autocmds('WinResized', {}) -- Neovim sends it when it waits for keys
  T.wait('the new picture', function()
    return view.answer ~= before and vim.fn.strdisplaywidth(lines()[1]) == width
  end)
  vim.api.nvim_win_close(other, true)
  vim.api.nvim_exec_autocmds('WinResized', {})
  T.wait('the wide picture', function()
    return vim.fn.strdisplaywidth(lines()[1]) == 120
  end)
  vim.api.nvim_set_current_win(window)
end)

T.test('help shows the keys', function()
  keys('?')
  T.matches(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'), 'sandwich')
  vim.cmd('close')
end)

T.test('callers of the function under the cursor', function()
  vim.api.nvim_set_current_win(code_window)
  vim.api.nvim_win_set_cursor(0, { 4, 0 })
  local before = view.answer
  vim.cmd('Hotlens callers')
  T.wait('the sandwich', function()
    return view.answer ~= before and view.answer.view == 'sandwich'
  end)
  T.matches(vim.wo.statusline, 'callers and callees of price')
  ask('0')
end)

T.test('an unknown run is answered in the buffer', function()
  vim.api.nvim_set_current_win(code_window)
  vim.cmd('Hotlens flame 4711')
  local bufnr = vim.api.nvim_get_current_buf()
  T.wait('the reason', function()
    return vim.api.nvim_buf_get_lines(bufnr, 0, 1, false)[1]:find('4711')
  end)
  vim.cmd('close')
end)

T.test('q closes it', function()
  vim.api.nvim_set_current_win(vim.fn.bufwinid(view.bufnr))
  keys('q')
  T.truthy(not vim.api.nvim_buf_is_valid(view.bufnr), 'the buffer is gone')
end)

T.test('nothing was complained about', T.no_errors)
T.finish()

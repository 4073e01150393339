--- The flame graph in a buffer. The server lays it out in cells; here it is drawn, walked, and kept in step
--- with the code.
local canvas_of = require('hotlens.flame.canvas')
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local highlight = require('hotlens.highlight')
local say = require('hotlens.say')

local M = {}

local KIND_CODE = 0
local RESIZE_DELAY = 50
local FOLLOW_DELAY = 100

---@class hotlens.Flame
---@field bufnr integer
---@field client_id integer
---@field run integer|string|nil nil: the run that is shown
---@field folder string?
---@field title string?
---@field view 'flame'|'inverted'|'sandwich'
---@field pivot {function: string, file: string?}? of a sandwich
---@field merge boolean without threads and processes
---@field focus table?
---@field search string?
---@field roots {id: string, name: string}[] zoomed into, the last is shown
---@field history table[] where "back" goes
---@field answer table?
---@field canvas table?
---@field asked integer number of the last question
---@field here {name: string, file: string}? the function under the cursor in the code
---@field sources table<string, string[]|false>
---@field width integer
---@type table<integer, hotlens.Flame>
local views = {}

local function window_of(view)
  local window = vim.fn.bufwinid(view.bufnr)
  return window > 0 and window or nil
end

---@return hotlens.Flame?
local function current()
  return views[vim.api.nvim_get_current_buf()]
end

-- What a box is

local function seconds_text(answer, samples)
  local seconds = (answer.secondsPerSample or 0) * samples
  if answer.metric and answer.metric ~= 'cpu' then
    return tostring(samples)
  elseif seconds <= 0 then
    return samples == 1 and '1 sample' or samples .. ' samples'
  elseif seconds < 0.1 then
    return ('%.0f ms'):format(seconds * 1000)
  end
  return seconds < 10 and ('%.2f s'):format(seconds) or ('%.1f s'):format(seconds)
end

local function name_of(view, box)
  if box.node < 0 then
    return '(too narrow to draw)'
  end
  local answer = view.answer
  local index = answer[box.tree]['function'][box.node + 1]
  if index >= 0 then
    return answer.name[answer.functions.name[index + 1] + 1]
  end
  return index == -2 and '(other)' or '(all)'
end

--- Everything about a box: {name, file, line, self, total, id, code}.
local function describe(view, box)
  local answer = view.answer
  local info = { name = name_of(view, box) }
  if box.node < 0 then
    return info
  end
  local tree = answer[box.tree]
  local index = canvas_of.function_of(answer, box)
  info.self, info.total = tree.self[box.node + 1], tree.total[box.node + 1]
  info.id, info.line = tree.id[box.node + 1], tree.line[box.node + 1]
  if index then
    local file = answer.functions.file[index + 1]
    info.file = file >= 0 and answer.file[file + 1] or nil
    info.def = answer.functions.line[index + 1]
    info.code = answer.functions.kind[index + 1] == KIND_CODE
  end
  return info
end

--- Functions from the root on; processes and threads only when nothing else is there.
local function path_of(view, box)
  local names = {}
  local tree = box.node >= 0 and view.answer[box.tree]
  local node = box.node
  while tree and node > 0 do
    local index = tree['function'][node + 1]
    if node == box.node or index < 0 or view.answer.functions.kind[index + 1] == KIND_CODE then
      table.insert(names, 1, name_of(view, { node = node, tree = box.tree }))
    end
    node = tree.parent[node + 1]
  end
  for index = #view.roots, 1, -1 do
    if view.roots[index].is_code or index == #view.roots then
      table.insert(names, 1, view.roots[index].name)
    end
  end
  return #names > 0 and table.concat(names, ' › ') or name_of(view, box)
end

local function escape(text)
  return (text:gsub('%%', '%%%%'):gsub('[\r\n]', ' '))
end

-- The source line of the node that is looked at

local function fetch_source(view, path, done)
  view.sources[path] = false
  local client = vim.lsp.get_client_by_id(view.client_id)
  if not client then
    return
  end
  client_of.request(client, 'hotlens/source', { run = view.answer.run, path = path }, function(error, result)
    if not error and type(result.text) == 'string' then
      view.sources[path] = vim.split(result.text, '\r?\n')
      done()
    end
  end)
end

local function source_line(view, info, done)
  if not info.file or not info.code or (info.line or 0) == 0 then
    return nil
  end
  local lines = view.sources[info.file]
  if lines == nil then
    fetch_source(view, info.file, done)
  end
  return lines and lines[info.line] and vim.trim(lines[info.line]) or nil
end

-- Drawing

local update

local function summary(view, info)
  local answer = view.answer
  local parts = { info.name }
  if info.total then
    local all = answer.runSamples or answer.samples
    table.insert(parts, ('%s · %.1f%%'):format(seconds_text(answer, info.total), 100 * info.total / math.max(all, 1)))
    table.insert(parts, 'own ' .. seconds_text(answer, info.self))
  end
  if info.file then
    local line = (info.line or 0) > 0 and ':' .. info.line or ''
    table.insert(parts, vim.fn.fnamemodify(info.file, ':t') .. line)
  end
  return table.concat(parts, ' · ')
end

local function what_is_shown(view)
  local parts = { view.answer.title or view.title or 'flame graph' }
  if view.view == 'sandwich' and view.pivot then
    table.insert(parts, 'callers and callees of ' .. view.pivot['function'])
  elseif view.view == 'inverted' then
    table.insert(parts, 'inverted')
  end
  if view.answer.focus and view.answer.focus ~= vim.NIL then
    table.insert(parts, 'focus on ' .. view.answer.focus)
  end
  if view.search then
    local match = view.answer.match
    local share = match and 100 * match.samples / math.max(view.answer.samples, 1) or 0
    table.insert(parts, ('/%s: %.1f%%'):format(view.search, share))
  end
  return table.concat(parts, ' · ')
end

local function selected(view)
  local window = window_of(view)
  if not window or not view.canvas or #view.canvas.rows == 0 then
    return nil
  end
  local cursor = vim.api.nvim_win_get_cursor(window)
  return canvas_of.at(view.canvas, cursor[1], cursor[2]), cursor[1]
end

local function mark_boxes(view, box)
  local answer = view.answer
  local matches = {}
  for _, index in ipairs(answer.match and answer.match.functions or {}) do
    matches[index] = true
  end
  canvas_of.mark(view.bufnr, view.canvas, function(other)
    if box and other.tree == box.tree and other.from == box.from and other.node == box.node and other.x == box.x then
      return 'HotlensSelected', 130
    end
    local index = canvas_of.function_of(answer, other)
    if index and matches[index] then
      return 'HotlensMatch', 110
    end
    local here = index and view.here
    if here and answer.name[answer.functions.name[index + 1] + 1] == here.name then
      local file = answer.functions.file[index + 1]
      if file >= 0 and answer.file[file + 1] == here.file then
        return 'HotlensHere', 120
      end
    end
  end)
end

--- What follows the cursor: the mark, the path below, numbers and source line above.
update = function(view)
  local window = window_of(view)
  local box = view.answer and selected(view)
  if not window or not box then
    return
  end
  mark_boxes(view, box)
  local info = describe(view, box)
  local source = source_line(view, info, function()
    update(view)
  end)
  vim.wo[window].winbar = ' ' .. escape(summary(view, info)) .. (source and '  %#Comment#' .. escape(source) or '')
  vim.wo[window].statusline = ' %<' .. escape(path_of(view, box)) .. '%=' .. escape(what_is_shown(view)) .. ' '
end

local function place_cursor(view, row, box)
  local window = window_of(view)
  if window and box then
    vim.api.nvim_win_set_cursor(window, { row, box.from })
    update(view)
  end
end

--- Looks for the node that was selected before, else the root.
local function restore(view, id)
  for row, boxes in ipairs(view.canvas.rows) do
    for _, box in ipairs(boxes) do
      if id and box.node >= 0 and view.answer[box.tree].id[box.node + 1] == id then
        return place_cursor(view, row, box)
      end
    end
  end
  local row = view.canvas.pivot
  place_cursor(view, row, view.canvas.rows[row] and view.canvas.rows[row][1])
end

local function show(view, answer)
  local box = view.answer and selected(view)
  local id = box and box.node >= 0 and view.answer[box.tree].id[box.node + 1]
  if answer.run ~= (view.answer and view.answer.run) then
    view.sources = {}
  end
  view.answer = answer
  view.canvas = canvas_of.lay(answer)
  canvas_of.draw(view.bufnr, answer, view.canvas)
  restore(view, id)
end

-- Asking

local function question(view, width)
  local root = view.roots[#view.roots]
  local params = {
    run = view.run,
    folder = view.folder,
    view = view.view,
    structure = view.merge and 'merge' or 'keep',
    focus = view.focus,
    root = root and root.id or nil,
    search = view.search and { text = view.search } or nil,
    columns = width,
    limit = 4096,
  }
  if view.view == 'sandwich' then
    params['function'] = view.pivot['function']
    params.file = view.pivot.file
  end
  return params
end

local function message(view, text)
  vim.bo[view.bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(view.bufnr, 0, -1, false, { text })
  vim.bo[view.bufnr].modifiable = false
end

---@param view hotlens.Flame
---@param failed fun()? undoes what led here
local function ask(view, failed)
  local window = window_of(view)
  local client = vim.lsp.get_client_by_id(view.client_id) or client_of.find()
  if not window then
    return
  elseif not client then
    return say.error('the server is gone: :Hotlens restart')
  end
  view.client_id = client.id
  view.asked = view.asked + 1
  local number = view.asked
  local info = vim.fn.getwininfo(window)[1]
  view.width = math.max(info.width - info.textoff, 10)
  client_of.request(client, 'hotlens/flamegraph', question(view, view.width), function(error, result)
    if number ~= view.asked or not vim.api.nvim_buf_is_valid(view.bufnr) then
      return -- another question has been asked since
    end
    if not error and not result.cells then
      error = { message = 'the server is too old for flame graphs in a buffer: update hotlens' }
    end
    if error then
      if failed then
        failed()
      end
      if view.answer then
        return say.warn(client_of.reason(error))
      end
      return message(view, client_of.reason(error))
    end
    show(view, result)
  end)
end

--- Changes what is shown; "back" returns to what was before.
local function go(view, change)
  local before = {
    view = view.view,
    pivot = view.pivot,
    roots = vim.deepcopy(view.roots),
    focus = view.focus,
  }
  change(view)
  table.insert(view.history, before)
  ask(view, function()
    table.remove(view.history)
    for _, name in ipairs({ 'view', 'pivot', 'roots', 'focus' }) do
      view[name] = before[name]
    end
  end)
end

-- Actions, by name; each has the view that the cursor is in

M.actions = {}
local actions = M.actions

local function is_code(info)
  return info.code and info.id ~= nil
end

function actions.zoom(view)
  local box = selected(view)
  if not box or box.node < 0 then
    return
  elseif view.view == 'sandwich' then
    return actions.sandwich(view)
  elseif box.node == 0 then
    return
  end
  local info = describe(view, box)
  local tree = view.answer[box.tree]
  local chain = {}
  local node = box.node
  while node > 0 do
    local index = tree['function'][node + 1]
    local is_code_node = index >= 0 and view.answer.functions.kind[index + 1] == KIND_CODE
    table.insert(chain, 1, {
      id = tree.id[node + 1],
      name = name_of(view, { node = node, tree = box.tree }),
      is_code = is_code_node,
    })
    node = tree.parent[node + 1]
  end
  go(view, function()
    vim.list_extend(view.roots, chain)
  end)
  if config.values.flame.focus_on_zoom and view.view == 'flame' then
    client_of.execute('focus', { node = info.id })
  end
end

function actions.back(view)
  local before = table.remove(view.history)
  if not before then
    return say.info('this is where you began')
  end
  for _, name in ipairs({ 'view', 'pivot', 'roots', 'focus' }) do
    view[name] = before[name]
  end
  ask(view)
end

function actions.up(view)
  if #view.roots > 0 then
    go(view, function()
      view.roots = vim.list_slice(view.roots, 1, #view.roots - 1)
    end)
  end
end

function actions.reset(view)
  go(view, function()
    view.view, view.pivot, view.focus, view.roots = 'flame', nil, nil, {}
  end)
  if config.values.flame.focus_on_zoom then
    client_of.execute('clearFocus')
  end
end

function actions.search(view)
  vim.ui.input({ prompt = 'Search: ', default = view.search or '' }, function(text)
    if text then
      view.search = text ~= '' and text or nil
      ask(view)
    end
  end)
end

function actions.inverted(view)
  go(view, function()
    view.view, view.pivot, view.roots = view.view == 'inverted' and 'flame' or 'inverted', nil, {}
  end)
end

function actions.sandwich(view)
  local box = selected(view)
  local info = box and describe(view, box)
  if view.view == 'sandwich' and box and box.tree == 'callees' and box.node == 0 then
    return go(view, function()
      view.view, view.pivot, view.roots = 'flame', nil, {}
    end)
  elseif not info or not is_code(info) then
    return say.info('choose a function first')
  end
  go(view, function()
    view.view, view.pivot, view.roots = 'sandwich', { ['function'] = info.name, file = info.file }, {}
  end)
end

function actions.threads(view)
  view.merge = not view.merge
  view.roots = {}
  ask(view)
end

function actions.focus(view)
  local box = selected(view)
  local info = box and describe(view, box)
  if not info or not info.id or box.node == 0 then
    return
  elseif view.view == 'flame' and not view.merge then
    client_of.execute('focus', { node = info.id })
  elseif is_code(info) then
    client_of.execute('focus', { ['function'] = info.name, file = info.file })
  end
end

function actions.clear_focus()
  client_of.execute('clearFocus')
end

local function code_window()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    local is_code_window = vim.bo[bufnr].buftype == '' and vim.api.nvim_win_get_config(window).relative == ''
    if is_code_window and not views[bufnr] then
      return window
    end
  end
end

--- Where a line that ran stands in the buffer now: the function's def may have moved.
local function line_now(bufnr, info)
  local answer = require('hotlens.marks').answer(bufnr)
  for _, row in ipairs(answer and answer.functions or {}) do
    if row.name == info.name and (info.def or 0) > 0 then
      return row.line + 1 + (info.line - info.def)
    end
  end
  return info.line
end

function actions.jump(view)
  local box = selected(view)
  local info = box and describe(view, box) or {}
  if not info.file or not info.code then
    return say.info((info.name or 'this') .. ' has no source')
  elseif not vim.uv.fs_stat(info.file) then
    return say.warn(('%s is not here (any more)'):format(info.file))
  end
  local window = code_window()
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('aboveleft split')
  end
  vim.cmd("normal! m'")
  if vim.api.nvim_buf_get_name(0) ~= info.file then
    vim.cmd.edit(vim.fn.fnameescape(info.file))
  end
  local line = math.max(line_now(vim.api.nvim_get_current_buf(), info), 1)
  vim.api.nvim_win_set_cursor(0, { math.min(line, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd('normal! ^zv')
end

--- To the next or previous box for which `fits`, row by row, around the end.
local function seek(view, direction, fits)
  local _, row = selected(view)
  local box = selected(view)
  local all, at = {}, 1
  for index, boxes in ipairs(view.canvas.rows) do
    for _, other in ipairs(boxes) do
      table.insert(all, { row = index, box = other })
      at = (index == row and other.from == box.from) and #all or at
    end
  end
  for step = 1, #all do
    local candidate = all[(at - 1 + direction * step) % #all + 1]
    if fits(candidate.box) then
      return place_cursor(view, candidate.row, candidate.box)
    end
  end
end

local function next_match(view, direction)
  local matches = {}
  for _, index in ipairs(view.answer.match and view.answer.match.functions or {}) do
    matches[index] = true
  end
  if next(matches) == nil then
    return say.info(view.search and ('nothing is called "%s"'):format(view.search) or 'search first: /')
  end
  seek(view, direction, function(box)
    return matches[canvas_of.function_of(view.answer, box)]
  end)
end

function actions.next_match(view)
  next_match(view, 1)
end

function actions.previous_match(view)
  next_match(view, -1)
end

local function move(view, rows)
  local box, row = selected(view)
  if box then
    row = row + rows
    place_cursor(view, row, canvas_of.over(view.canvas, row, box.x, rows > 0 and 1 or box.width))
  end
end

function actions.below(view)
  move(view, 1)
end

function actions.above(view)
  move(view, -1)
end

local function sideways(view, direction)
  local box, row = selected(view)
  local boxes = view.canvas and view.canvas.rows[row] or {}
  for index, other in ipairs(boxes) do
    if other == box and boxes[index + direction] then
      return place_cursor(view, row, boxes[index + direction])
    end
  end
end

function actions.right(view)
  sideways(view, 1)
end

function actions.left(view)
  sideways(view, -1)
end

function actions.refresh(view)
  ask(view)
end

function actions.close()
  vim.cmd.close()
end

local HELP = {
  { 'h j k l, arrows', 'go to the box beside, below, above' },
  { '<CR>, double click', 'zoom in (in a sandwich: to that function)' },
  { '<BS>, <Esc>', 'back to what was shown before' },
  { 'u', 'one level up' },
  { '0', 'everything again' },
  { '/  n  N', 'search; next, previous match' },
  { 'i', 'inverted: who is on top of the stacks, below it its callers' },
  { 's', 'sandwich: callers above, callees below (again: leave it)' },
  { 't', 'threads and processes merged, or apart' },
  { 'gd', 'jump to the line' },
  { 'f  F', 'numbers in the code of this node only; of everything' },
  { 'r', 'ask again' },
  { 'q', 'close' },
}

function actions.help()
  local lines = {}
  for _, row in ipairs(HELP) do
    table.insert(lines, (' %-20s %s '):format(row[1], row[2]))
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].modifiable = false
  local height = math.min(#lines, vim.o.lines - 4)
  vim.api.nvim_open_win(bufnr, true, {
    relative = 'editor',
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - 84) / 2)),
    width = math.min(84, vim.o.columns - 2),
    height = height,
    style = 'minimal',
    border = 'rounded',
    title = ' Flame graph ',
  })
  for _, key in ipairs({ 'q', '<Esc>', '?', '<CR>' }) do
    vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = bufnr, nowait = true })
  end
end

local KEYS = {
  ['<CR>'] = 'zoom',
  ['<2-LeftMouse>'] = 'zoom',
  ['<BS>'] = 'back',
  ['<Esc>'] = 'back',
  ['<RightMouse>'] = 'back',
  u = 'up',
  ['0'] = 'reset',
  ['/'] = 'search',
  n = 'next_match',
  N = 'previous_match',
  i = 'inverted',
  s = 'sandwich',
  t = 'threads',
  f = 'focus',
  F = 'clear_focus',
  gd = 'jump',
  h = 'left',
  j = 'below',
  k = 'above',
  l = 'right',
  ['<Left>'] = 'left',
  ['<Down>'] = 'below',
  ['<Up>'] = 'above',
  ['<Right>'] = 'right',
  r = 'refresh',
  q = 'close',
  ['?'] = 'help',
}

local function map_keys(bufnr)
  for keys, name in pairs(KEYS) do
    vim.keymap.set('n', keys, function()
      local view = current()
      if view then
        actions[name](view)
      end
    end, { buffer = bufnr, nowait = true, desc = 'hotlens: ' .. name:gsub('_', ' ') })
  end
end

-- Opening

local function watch(view)
  local group = vim.api.nvim_create_augroup('hotlens_flame_' .. view.bufnr, {})
  vim.api.nvim_create_autocmd('CursorMoved', {
    group = group,
    buffer = view.bufnr,
    callback = function()
      update(view)
    end,
  })
  local function resized()
    local window = window_of(view)
    local info = window and vim.fn.getwininfo(window)[1]
    if info and math.max(info.width - info.textoff, 10) ~= view.width then
      vim.defer_fn(function()
        ask(view)
      end, RESIZE_DELAY)
    end
  end
  vim.api.nvim_create_autocmd({ 'WinResized', 'VimResized' }, { group = group, callback = resized })
  vim.api.nvim_create_autocmd('BufWinEnter', { group = group, buffer = view.bufnr, callback = resized })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = view.bufnr,
    callback = function()
      views[view.bufnr] = nil
      vim.api.nvim_del_augroup_by_id(group)
    end,
  })
end

local function set_up_window(window)
  local options = {
    wrap = false,
    number = false,
    relativenumber = false,
    signcolumn = 'no',
    foldcolumn = '0',
    spell = false,
    list = false,
    cursorline = false,
  }
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { win = window, scope = 'local' })
  end
end

local function find_view(run)
  for _, view in pairs(views) do
    if view.run == run then
      return view
    end
  end
end

local function create_buffer(run)
  local bufnr = vim.api.nvim_create_buf(false, true)
  local name = 'hotlens://flame/' .. (run or 'shown')
  local old = vim.fn.bufnr(name)
  if old > 0 then
    vim.api.nvim_buf_delete(old, { force = true })
  end
  vim.api.nvim_buf_set_name(bufnr, name)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].filetype = 'hotlens-flame'
  vim.bo[bufnr].modifiable = false
  return bufnr
end

---@class hotlens.FlameOptions
---@field client_id integer?
---@field run integer|string|nil
---@field title string?
---@field folder string?
---@field pivot {function: string, file: string?}? shows who calls it, and what it calls

--- Opens the flame graph, or goes to the window that has it.
---@param options hotlens.FlameOptions?
---@return integer? bufnr
function M.open(options)
  options = options or {}
  local client = options.client_id and vim.lsp.get_client_by_id(options.client_id) or client_of.require()
  if not client then
    return
  end
  highlight.ensure()
  local view = find_view(options.run)
  local window = view and window_of(view)
  if view and window then
    vim.api.nvim_set_current_win(window)
  else
    local bufnr = create_buffer(options.run)
    vim.cmd(config.values.flame.split)
    vim.api.nvim_win_set_buf(0, bufnr)
    set_up_window(vim.api.nvim_get_current_win())
    view = {
      bufnr = bufnr,
      client_id = client.id,
      run = options.run,
      folder = options.folder or client.root_dir or (client.config or {}).root_dir,
      title = options.title,
      view = 'flame',
      merge = false,
      roots = {},
      history = {},
      asked = 0,
      sources = {},
      width = 0,
    }
    views[bufnr] = view
    if config.values.flame.mappings then
      map_keys(bufnr)
    end
    watch(view)
  end
  if options.pivot then
    go(view, function()
      view.view, view.pivot, view.roots = 'sandwich', options.pivot, {}
    end)
  else
    ask(view)
  end
  return view.bufnr
end

---@param bufnr integer?
---@return hotlens.Flame?
function M.view(bufnr)
  return views[bufnr or vim.api.nvim_get_current_buf()]
end

--- What the cursor of the flame graph is on, for status lines of one's own.
---@param bufnr integer?
---@return string
function M.path(bufnr)
  local view = M.view(bufnr)
  local box = view and view.answer and selected(view)
  return box and path_of(view, box) or ''
end

function M.on_did_change(client_id, change)
  local kinds = {}
  for _, kind in ipairs(change.changed) do
    kinds[kind] = true
  end
  for _, view in pairs(views) do
    if view.client_id == client_id and not view.run and (kinds.shown or kinds.numbers) then
      if kinds.shown then
        view.roots, view.history = {}, {}
      end
      ask(view)
    end
  end
end

-- In step with the code

local function follow_cursor(bufnr)
  if next(views) == nil or vim.api.nvim_get_current_buf() ~= bufnr then
    return
  end
  local marks = require('hotlens.marks')
  local row = marks.function_at(bufnr, vim.api.nvim_win_get_cursor(0)[1] - 1)
  local answer = marks.answer(bufnr)
  local here = row and { name = row.name, file = answer.file } or nil
  for _, view in pairs(views) do
    if view.answer and view.canvas and not vim.deep_equal(view.here, here) then
      view.here = here
      mark_boxes(view, (selected(view)))
    end
  end
end

--- The function under the cursor of this buffer is marked in the graphs.
---@param bufnr integer
function M.follow(bufnr)
  if not config.values.flame.follow then
    return
  end
  local timer = assert(vim.uv.new_timer())
  local group = vim.api.nvim_create_augroup('hotlens_follow_' .. bufnr, {})
  vim.api.nvim_create_autocmd({ 'CursorMoved', 'BufEnter' }, {
    group = group,
    buffer = bufnr,
    callback = function()
      timer:start(
        FOLLOW_DELAY,
        0,
        vim.schedule_wrap(function()
          if vim.api.nvim_buf_is_valid(bufnr) then
            follow_cursor(bufnr)
          end
        end)
      )
    end,
  })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = bufnr,
    callback = function()
      timer:close()
    end,
  })
end

return M

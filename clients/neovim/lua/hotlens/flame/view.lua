--- One flame graph on the screen: what was asked for, what is drawn, what is under the cursor.
local canvas_of = require('hotlens.flame.canvas')
local client_of = require('hotlens.client')
local node_of = require('hotlens.flame.node')
local say = require('hotlens.say')

local M = {}

---@class hotlens.Flame
---@field bufnr integer
---@field client_id integer
---@field run integer|string|nil nil: the run that is shown
---@field folder string?
---@field title string?
---@field view 'flame'|'inverted'|'sandwich'
---@field pivot {function: string, file: string?, line: integer?} of a sandwich, nil else
---@field merge boolean without threads and processes
---@field focus table?
---@field search string?
---@field roots hotlens.FlameStep[] zoomed into, the last is shown
---@field history table[] where "back" goes
---@field find {function: string, file: string?}? where the cursor goes with the next answer
---@field answer hotlens.FlameAnswer nil before the first has come, as is canvas
---@field canvas hotlens.Canvas
---@field asked integer number of the last question
---@field here {name: string, file: string}? the function under the cursor in the code
---@field sources table<string, string[]|false>
---@field width integer

--- Those that are open, by buffer.
---@type table<integer, hotlens.Flame>
M.all = {}

---@param view hotlens.Flame
---@return integer? window
function M.window_of(view)
  local window = vim.fn.bufwinid(view.bufnr)
  return window > 0 and window or nil
end

--- For winbar and statusline.
---@param text string
---@return string
local function escape(text)
  return (text:gsub('%%', '%%%%'):gsub('[\r\n]', ' '))
end

---@param view hotlens.Flame
---@param path string
---@param done fun()
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

---@param view hotlens.Flame
---@param info hotlens.NodeInfo
---@param done fun() when it has come
---@return string?
local function source_line(view, info, done)
  if not info.file or not info.code or info.line == 0 or view.answer.live then
    return nil -- texts are stored with a run
  end
  local lines = view.sources[info.file]
  if lines == nil then
    fetch_source(view, info.file, done)
  end
  local text = lines and lines[info.line]
  return text and vim.trim(text) or nil
end

---@param view hotlens.Flame
---@return string
local function what_is_shown(view)
  local live = view.answer.live and require('hotlens.status').is_live(view.folder) and '● ' or ''
  local parts = { live .. (view.answer.title or view.title or 'flame graph') }
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

--- The box under the cursor.
---@param view hotlens.Flame
---@return hotlens.Box? box, integer row from 1
function M.selected(view)
  local window = M.window_of(view)
  if not window or not view.canvas or #view.canvas.rows == 0 then
    return nil, 1
  end
  local cursor = vim.api.nvim_win_get_cursor(window)
  return canvas_of.at(view.canvas, cursor[1], cursor[2]), cursor[1]
end

--- Marks the box, what was searched for, and the function of the code's cursor.
---@param view hotlens.Flame
---@param box hotlens.Box?
function M.mark(view, box)
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
---@param view hotlens.Flame
function M.update(view)
  local window = M.window_of(view)
  local box = view.answer and M.selected(view)
  if not window or not box then
    return
  end
  M.mark(view, box)
  local info = node_of.describe(view.answer, box)
  local source = source_line(view, info, function()
    M.update(view)
  end)
  local text = ' ' .. node_of.text(info, box)
  local room = vim.api.nvim_win_get_width(window) - vim.api.nvim_strwidth(text) - 2
  source = source and room > 8 and vim.fn.strcharpart(source, 0, room) or nil
  vim.wo[window].winbar = escape(text) .. '%<' .. (source and '  %#Comment#' .. escape(source) or '')
  local path = node_of.path(view.answer, box, view.roots)
  vim.wo[window].statusline = ' %<' .. escape(path) .. '%=' .. escape(what_is_shown(view)) .. ' '
end

---@param view hotlens.Flame
---@param row integer
---@param box hotlens.Box?
function M.place_cursor(view, row, box)
  local window = M.window_of(view)
  if window and box then
    vim.api.nvim_win_set_cursor(window, { row, box.from })
    M.update(view)
  end
end

--- Looks for the node that was selected before, else the root.
---@param view hotlens.Flame
---@param id string?
local function restore(view, id)
  for row, boxes in ipairs(view.canvas.rows) do
    for _, box in ipairs(boxes) do
      if id and box.node >= 0 and view.answer[box.tree].id[box.node + 1] == id then
        return M.place_cursor(view, row, box)
      end
    end
  end
  local row = view.canvas.pivot or 1
  M.place_cursor(view, row, view.canvas.rows[row] and view.canvas.rows[row][1])
end

--- The widest box of a function.
---@param view hotlens.Flame
---@param wanted {function: string, file: string?}
---@return integer? row, hotlens.Box? box
local function find_function(view, wanted)
  local best_row, best
  for row, boxes in ipairs(view.canvas.rows) do
    for _, box in ipairs(boxes) do
      local info = node_of.describe(view.answer, box)
      local is_it = info.code and info.name == wanted['function'] and (not wanted.file or info.file == wanted.file)
      if is_it and (not best or box.width > best.width) then
        best_row, best = row, box
      end
    end
  end
  return best_row, best
end

--- Goes to what was asked for when the view was opened.
local function go_to_wanted(view)
  local wanted = view.find
  view.find = nil
  local row, box = find_function(view, wanted)
  if row and box then
    M.place_cursor(view, row, box)
  else
    say.info(('%s is too narrow to be drawn, or not in this run: search with /'):format(wanted['function']))
  end
end

---@param view hotlens.Flame
---@param answer hotlens.FlameAnswer
local function show(view, answer)
  local box = view.answer and M.selected(view)
  local id = box and box.node >= 0 and view.answer[box.tree].id[box.node + 1] or nil
  if answer.run ~= (view.answer and view.answer.run) then
    view.sources = {}
  end
  view.answer = answer
  view.canvas = canvas_of.lay(answer)
  canvas_of.draw(view.bufnr, answer, view.canvas)
  restore(view, id)
  if view.find then
    go_to_wanted(view)
  end
end

---@param view hotlens.Flame
---@param width integer
---@return table
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
    params.line = view.pivot.line
  end
  return params
end

---@param view hotlens.Flame
---@param text string
local function message(view, text)
  vim.bo[view.bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(view.bufnr, 0, -1, false, { text })
  vim.bo[view.bufnr].modifiable = false
end

---@param view hotlens.Flame
---@param failed fun()? undoes what led here
function M.ask(view, failed)
  local window = M.window_of(view)
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
---@param view hotlens.Flame
---@param change fun(view: hotlens.Flame)
function M.go(view, change)
  local before = {
    view = view.view,
    pivot = view.pivot,
    roots = vim.deepcopy(view.roots),
    focus = view.focus,
  }
  change(view)
  table.insert(view.history, before)
  M.ask(view, function()
    table.remove(view.history)
    for _, name in ipairs({ 'view', 'pivot', 'roots', 'focus' }) do
      view[name] = before[name]
    end
  end)
end


return M

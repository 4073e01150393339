--- What the keys of a flame graph do; each has the view that the cursor is in.
local canvas_of = require('hotlens.flame.canvas')
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local node_of = require('hotlens.flame.node')
local say = require('hotlens.say')
local view_of = require('hotlens.flame.view')

---@type table<string, fun(view: hotlens.Flame)>
local actions = {}

local function is_code(info)
  return info.code and info.id ~= nil
end

function actions.zoom(view)
  local box = view_of.selected(view)
  if not box or box.node < 0 then
    return
  elseif view.view == 'sandwich' then
    return actions.sandwich(view)
  elseif box.node == 0 then
    return
  end
  local info = node_of.describe(view.answer, box)
  local chain = node_of.chain(view.answer, box)
  view_of.go(view, function()
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
  view_of.ask(view)
end

function actions.up(view)
  if #view.roots > 0 then
    view_of.go(view, function()
      view.roots = vim.list_slice(view.roots, 1, #view.roots - 1)
    end)
  end
end

function actions.reset(view)
  view_of.go(view, function()
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
      view_of.ask(view)
    end
  end)
end

function actions.inverted(view)
  view_of.go(view, function()
    view.view, view.pivot, view.roots = view.view == 'inverted' and 'flame' or 'inverted', nil, {}
  end)
end

function actions.sandwich(view)
  local box = view_of.selected(view)
  local info = box and node_of.describe(view.answer, box)
  if view.view == 'sandwich' and box and box.tree == 'callees' and box.node == 0 then
    return view_of.go(view, function()
      view.view, view.pivot, view.roots = 'flame', nil, {}
    end)
  elseif not info or not is_code(info) then
    return say.info('choose a function first')
  end
  view_of.go(view, function()
    local pivot = { ['function'] = info.name, file = info.file, line = info.definition }
    view.view, view.pivot, view.roots = 'sandwich', pivot, {}
  end)
end

function actions.threads(view)
  view.merge = not view.merge
  view.roots = {}
  view_of.ask(view)
end

function actions.focus(view)
  local box = view_of.selected(view)
  local info = box and node_of.describe(view.answer, box)
  if not box or not info or not info.id or box.node == 0 then
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

function actions.jump(view)
  local box = view_of.selected(view)
  local info = box and node_of.describe(view.answer, box)
  if not info or not info.code then
    return say.info((info and info.name or 'this') .. ' has no source')
  end
  require('hotlens.jump').to(info, view.run, view.folder)
end

--- To the next or previous box for which `fits`, row by row, around the end.
local function seek(view, direction, fits)
  local _, row = view_of.selected(view)
  local box = view_of.selected(view)
  ---@type {row: integer, box: hotlens.Box}[]
  local all = {}
  local at = 1
  for index, boxes in ipairs(view.canvas.rows) do
    for _, other in ipairs(boxes) do
      table.insert(all, { row = index, box = other })
      at = (box and index == row and other.from == box.from) and #all or at
    end
  end
  for step = 1, #all do
    local index = (at - 1 + direction * step) % #all + 1
    local candidate = all[index]
    if fits(candidate.box) then
      return view_of.place_cursor(view, candidate.row, candidate.box)
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
  local box, row = view_of.selected(view)
  if box then
    row = row + rows
    view_of.place_cursor(view, row, canvas_of.over(view.canvas, row, box.x, rows > 0 and 1 or box.width))
  end
end

function actions.below(view)
  move(view, 1)
end

function actions.above(view)
  move(view, -1)
end

local function sideways(view, direction)
  local box, row = view_of.selected(view)
  local boxes = view.canvas and view.canvas.rows[row] or {}
  for index, other in ipairs(boxes) do
    if other == box and boxes[index + direction] then
      return view_of.place_cursor(view, row, boxes[index + direction])
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
  view_of.ask(view)
end

function actions.close()
  vim.cmd.close()
end


return actions

--- Cells, as the server lays them out, drawn into a buffer with extmarks.
local highlight = require('hotlens.highlight')

local M = {}

M.boxes = vim.api.nvim_create_namespace('hotlens_flame_boxes')
M.marks = vim.api.nvim_create_namespace('hotlens_flame_marks')

---@class hotlens.Box
---@field x integer display column
---@field width integer
---@field node integer index into the tree's columns, from 0; -1 for several merged ones
---@field tree 'nodes'|'callers'|'callees'
---@field detail string its numbers, for people
---@field from integer byte where it begins
---@field to integer byte where it ends

---@class hotlens.Canvas
---@field lines string[]
---@field rows hotlens.Box[][]
---@field pivot integer? row of the root, or of the function that a sandwich is of

local FUNCTION_KIND_CODE = 0

--- The function of a node: an index from 0, or nil for the root and "(other)".
function M.function_of(answer, box)
  if box.node < 0 then
    return nil
  end
  local index = answer[box.tree]['function'][box.node + 1]
  return index >= 0 and index or nil
end

local function group_of(answer, box, place)
  local index = M.function_of(answer, box)
  if not index or answer.functions.kind[index + 1] ~= FUNCTION_KIND_CODE then
    return 'HotlensOther'
  end
  -- One colour for all of a module, whatever else is shown.
  local module = answer.functions.module[index + 1]
  local name = module >= 0 and answer.module[module + 1] or ''
  local sum = 0
  for byte in name:gmatch('.') do
    sum = (sum * 31 + byte:byte()) % 65521
  end
  return ('HotlensBox%d%s'):format(sum % highlight.PALETTE + 1, place % 2 == 0 and 'a' or 'b')
end

---@param text string
---@param width integer
---@return string
local function pad(text, width)
  return text .. (' '):rep(width - vim.api.nvim_strwidth(text))
end

--- One row of cells as text, with where each begins and ends in bytes.
---@param cells {x: integer, width: integer, node: integer, text: string, detail: string?}[]
---@param tree 'nodes'|'callers'|'callees'
---@return string text, hotlens.Box[] boxes
local function lay_row(cells, tree)
  local parts, boxes = {}, {}
  local column, bytes = 0, 0
  for _, cell in ipairs(cells) do
    if cell.x > column then
      table.insert(parts, (' '):rep(cell.x - column))
      bytes = bytes + cell.x - column
    end
    local text = cell.node < 0 and ('·'):rep(cell.width) or pad(cell.text, cell.width)
    table.insert(parts, text)
    table.insert(boxes, {
      x = cell.x,
      width = cell.width,
      node = cell.node,
      detail = cell.detail or '',
      tree = tree,
      from = bytes,
      to = bytes + #text,
    })
    column, bytes = cell.x + cell.width, bytes + #text
  end
  return table.concat(parts), boxes
end

local function add_rows(canvas, rows, tree, from, to, step)
  for index = from, to, step do
    local text, boxes = lay_row(rows[index], tree)
    table.insert(canvas.lines, text)
    table.insert(canvas.rows, boxes)
  end
end

--- Callers stand above the function with the nearest lowest, what it calls below.
---@param answer hotlens.FlameAnswer with cells
---@return hotlens.Canvas
function M.lay(answer)
  ---@type hotlens.Canvas
  local canvas = { lines = {}, rows = {} }
  if answer.view == 'sandwich' then
    add_rows(canvas, answer.callerCells or {}, 'callers', #(answer.callerCells or {}), 2, -1)
    canvas.pivot = #canvas.rows + 1
    add_rows(canvas, answer.cells, 'callees', 1, #answer.cells, 1)
  else
    canvas.pivot = 1
    add_rows(canvas, answer.cells, 'nodes', 1, #answer.cells, 1)
  end
  return canvas
end

---@param bufnr integer
function M.draw(bufnr, answer, canvas)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, canvas.lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.api.nvim_buf_clear_namespace(bufnr, M.boxes, 0, -1)
  for row, boxes in ipairs(canvas.rows) do
    for place, box in ipairs(boxes) do
      vim.api.nvim_buf_set_extmark(bufnr, M.boxes, row - 1, box.from, {
        end_col = box.to,
        hl_group = group_of(answer, box, place),
        priority = 100,
      })
    end
  end
end

--- Marks boxes on top of their colours.
---@param wanted fun(box: hotlens.Box): string?, integer? group and priority
function M.mark(bufnr, canvas, wanted)
  vim.api.nvim_buf_clear_namespace(bufnr, M.marks, 0, -1)
  for row, boxes in ipairs(canvas.rows) do
    for _, box in ipairs(boxes) do
      local group, priority = wanted(box)
      if group then
        vim.api.nvim_buf_set_extmark(bufnr, M.marks, row - 1, box.from, {
          end_col = box.to,
          hl_group = group,
          priority = priority,
        })
      end
    end
  end
end

--- The box at a place in the text, or the last one before it.
---@param row integer from 1
---@param byte integer from 0
---@return hotlens.Box?
function M.at(canvas, row, byte)
  local found
  for _, box in ipairs(canvas.rows[row] or {}) do
    if box.from <= byte or not found then
      found = box
    end
  end
  return found
end

--- The box of a row that lies over a display column, or the nearest.
---@return hotlens.Box?
function M.over(canvas, row, x, width)
  local best, best_distance
  for _, box in ipairs(canvas.rows[row] or {}) do
    local distance = math.max(box.x - (x + width - 1), x - (box.x + box.width - 1), 0)
    if not best_distance or distance < best_distance then
      best, best_distance = box, distance
    end
  end
  return best
end

return M

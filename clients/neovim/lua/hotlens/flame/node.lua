--- What the boxes of a flame graph stand for.
local canvas_of = require('hotlens.flame.canvas')

local M = {}

local KIND_CODE = 0

---@class hotlens.FlameFunctions columns
---@field name integer[]
---@field file integer[]
---@field line integer[]
---@field kind integer[]
---@field module integer[]

---@class hotlens.FlameTree columns, by node
---@field id string[]
---@field function integer[]
---@field parent integer[]
---@field line integer[]

---@class hotlens.FlameMatch
---@field functions integer[]
---@field samples integer

---@class hotlens.FlameAnswer of hotlens/flamegraph
---@field run integer 0: it is being recorded
---@field live boolean?
---@field title string?
---@field view 'flame'|'inverted'|'sandwich'
---@field samples integer
---@field focus string?
---@field name string[]
---@field file string[]
---@field module string[]
---@field functions hotlens.FlameFunctions
---@field nodes hotlens.FlameTree
---@field callers hotlens.FlameTree
---@field callees hotlens.FlameTree
---@field match hotlens.FlameMatch?
---@field cells table[][]
---@field callerCells table[][]?

---@class hotlens.NodeInfo: hotlens.Place
---@field name string
---@field file string?
---@field line integer where it ran; 0 when that is not known
---@field id string?
---@field code boolean? a function of Python
---@field definition integer? line of its def; 0 when that is not known

---@class hotlens.FlameStep
---@field id string
---@field name string
---@field is_code boolean

---@param answer hotlens.FlameAnswer
---@param index integer of a function, from 0
---@return boolean
function M.is_code(answer, index)
  return index >= 0 and answer.functions.kind[index + 1] == KIND_CODE
end

---@param answer hotlens.FlameAnswer
---@param box {node: integer, tree: string}
---@return string
function M.name(answer, box)
  if box.node < 0 then
    return '(too narrow to draw)'
  end
  local tree = answer[box.tree] ---@type hotlens.FlameTree
  local index = tree['function'][box.node + 1]
  if index >= 0 then
    return answer.name[answer.functions.name[index + 1] + 1]
  end
  return index == -2 and '(other)' or '(all)'
end

---@param answer hotlens.FlameAnswer
---@param box hotlens.Box
---@return hotlens.NodeInfo
function M.describe(answer, box)
  ---@type hotlens.NodeInfo
  local info = { name = M.name(answer, box), line = 0 }
  if box.node < 0 then
    return info
  end
  local tree = answer[box.tree]
  local index = canvas_of.function_of(answer, box)
  info.id, info.line = tree.id[box.node + 1], tree.line[box.node + 1]
  if index then
    local file = answer.functions.file[index + 1]
    info.file = file >= 0 and answer.file[file + 1] or nil
    info.code = M.is_code(answer, index)
    info.definition = answer.functions.line[index + 1]
  end
  return info
end

--- From the root on, without the root: what leads to a box, and the box.
---@param answer hotlens.FlameAnswer
---@param box hotlens.Box
---@return hotlens.FlameStep[]
function M.chain(answer, box)
  local chain = {}
  local tree = box.node >= 0 and answer[box.tree]
  local node = box.node
  while tree and node > 0 do
    table.insert(chain, 1, {
      id = tree.id[node + 1],
      name = M.name(answer, { node = node, tree = box.tree }),
      is_code = M.is_code(answer, tree['function'][node + 1]),
    })
    node = tree.parent[node + 1]
  end
  return chain
end

--- Functions from the root on; processes and threads only when nothing else is there.
---@param answer hotlens.FlameAnswer
---@param box hotlens.Box
---@param roots hotlens.FlameStep[] zoomed into
---@return string
function M.path(answer, box, roots)
  local all = vim.list_extend(vim.list_slice(roots), M.chain(answer, box))
  local names = {}
  for index, step in ipairs(all) do
    if step.is_code or index == #all then
      table.insert(names, step.name)
    end
  end
  return #names > 0 and table.concat(names, ' › ') or M.name(answer, box)
end

--- A box in one line: what it is, where it is, its numbers in the server's words.
---@param info hotlens.NodeInfo
---@param box hotlens.Box
---@return string
function M.text(info, box)
  local text = info.name
  if info.file then
    local line = info.line > 0 and ':' .. info.line or ''
    text = ('%s  %s%s'):format(text, vim.fn.fnamemodify(info.file, ':t'), line)
  end
  return box.detail ~= '' and text .. ' · ' .. box.detail or text
end

return M

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
---@field self integer[]
---@field total integer[]

---@class hotlens.FlameMatch
---@field functions integer[]
---@field samples integer

---@class hotlens.FlameAnswer of hotlens/flamegraph
---@field run integer?
---@field title string?
---@field view 'flame'|'inverted'|'sandwich'
---@field metric string?
---@field samples integer
---@field runSamples integer?
---@field secondsPerSample number?
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

---@class hotlens.NodeInfo
---@field name string
---@field file string?
---@field line integer? where it ran
---@field def integer? line of the function's def
---@field self integer?
---@field total integer?
---@field id string?
---@field code boolean? a function of Python

---@param answer hotlens.FlameAnswer
---@param index integer of a function, from 0
---@return boolean
function M.is_code(answer, index)
  return index >= 0 and answer.functions.kind[index + 1] == KIND_CODE
end

---@param answer hotlens.FlameAnswer
---@param samples integer
---@return string
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

---@param answer hotlens.FlameAnswer
---@param box {node: integer, tree: string}
---@return string
function M.name(answer, box)
  if box.node < 0 then
    return '(too narrow to draw)'
  end
  local index = answer[box.tree]['function'][box.node + 1]
  if index >= 0 then
    return answer.name[answer.functions.name[index + 1] + 1]
  end
  return index == -2 and '(other)' or '(all)'
end

---@param answer hotlens.FlameAnswer
---@param box hotlens.Box
---@return hotlens.NodeInfo
function M.describe(answer, box)
  local info = { name = M.name(answer, box) }
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
    info.code = M.is_code(answer, index)
  end
  return info
end

--- From the root on, without the root: what leads to a box, and the box.
---@param answer hotlens.FlameAnswer
---@param box hotlens.Box
---@return {id: string, name: string, is_code: boolean}[]
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
---@param roots {name: string, is_code: boolean}[] zoomed into
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

--- A box in one line: what it is, its numbers, where it is.
---@param answer hotlens.FlameAnswer
---@param info hotlens.NodeInfo
---@return string
function M.text(answer, info)
  local parts = { info.name }
  if info.total and info.self then
    local all = math.max(answer.runSamples or answer.samples, 1)
    table.insert(parts, ('%s · %.1f%%'):format(seconds_text(answer, info.total), 100 * info.total / all))
    table.insert(parts, 'own ' .. seconds_text(answer, info.self))
  end
  if info.file then
    local line = (info.line or 0) > 0 and ':' .. info.line or ''
    table.insert(parts, vim.fn.fnamemodify(info.file, ':t') .. line)
  end
  return table.concat(parts, ' · ')
end

return M

--- Going from hot line to hot line.
local marks = require('hotlens.marks')
local say = require('hotlens.say')

local M = {}

local LEAST = 0.01

--- Lines of a buffer with time of their own; those with any time when there are none.
---@param bufnr integer
---@return table[] rows of hotlens/lines
local function hot_lines(bufnr)
  local answer = marks.answer(bufnr)
  local own, all = {}, {} ---@type table[], table[]
  for _, row in ipairs(answer and answer.lines or {}) do
    if row.share >= LEAST then
      table.insert(all, row)
      if answer and row.self / math.max(answer.samples, 1) >= LEAST then
        table.insert(own, row)
      end
    end
  end
  return #own > 0 and own or all
end

local function go(row)
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { row.line + 1, 0 })
  vim.cmd('normal! ^')
end

--- To the next hot line below or above, around the end.
---@param direction 1|-1
---@param count integer?
function M.jump(direction, count)
  local rows = hot_lines(vim.api.nvim_get_current_buf())
  if #rows == 0 then
    say.info('no hot lines in this buffer')
    return
  end
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local at = direction > 0 and 0 or #rows + 1
  for index, row in ipairs(rows) do
    if direction > 0 and row.line <= line then
      at = index
    elseif direction < 0 and row.line >= line then
      at = math.min(at, index)
    end
  end
  local index = (at + direction * (count or 1) - 1) % #rows + 1
  go(rows[index])
end

--- To the hottest line of the buffer.
function M.hottest()
  local best
  for _, row in ipairs(hot_lines(vim.api.nvim_get_current_buf())) do
    best = (not best or row.self > best.self) and row or best
  end
  if best then
    go(best)
  else
    say.info('no hot lines in this buffer')
  end
end

---@param bufnr integer
function M.map(bufnr)
  local function map(keys, direction, text)
    vim.keymap.set('n', keys, function()
      M.jump(direction, vim.v.count1)
    end, { buffer = bufnr, desc = text })
  end
  map(']h', 1, 'Next hot line')
  map('[h', -1, 'Previous hot line')
end

---@param path string
---@param line integer from 1
---@return string?
local function source_line(path, line)
  local bufnr = vim.fn.bufnr(path)
  if bufnr > 0 and vim.api.nvim_buf_is_loaded(bufnr) then
    return vim.api.nvim_buf_get_lines(bufnr, line - 1, line, false)[1]
  end
  local ok, lines = pcall(vim.fn.readfile, path, '', line)
  return ok and lines[line] or nil
end

--- Lines of open buffers are where they are now, others where they ran.
local function item(row)
  local text = source_line(row.file, row.line)
  return {
    filename = row.file,
    lnum = row.line,
    text = ('%8s %5s  %s'):format(row.texts.self, row.texts.selfShare, vim.trim(text or '')),
  }
end

--- The hottest lines of the shown run, in all files, into the quickfix list.
---@param answer table of hotlens/lines of the run
function M.fill_quickfix(answer)
  local rows = vim.tbl_filter(function(row)
    local exists = row.line > 0 and vim.uv.fs_stat(row.file) ~= nil
    return exists and row.self / math.max(answer.run.samples, 1) >= LEAST
  end, answer.lines)
  table.sort(rows, function(a, b)
    return a.self > b.self
  end)
  local items = {}
  for _, row in ipairs(rows) do
    local bufnr = vim.fn.bufnr(row.file)
    local now = bufnr > 0 and M.where_now(bufnr, row) or row
    table.insert(items, item(now))
  end
  vim.fn.setqflist({}, ' ', { title = 'hotlens: ' .. answer.run.title, items = items })
  if #items == 0 then
    say.info('the files of this run are not here, or no line is hot')
  else
    vim.cmd('botright copen')
  end
end

--- A line that ran, where it stands in an open buffer now: same numbers, nearest.
---@param bufnr integer
---@param row table {file, line, self, total}
function M.where_now(bufnr, row)
  local best
  local answer = marks.answer(bufnr)
  for _, line in ipairs(answer and answer.lines or {}) do
    if line.self == row.self and line.total == row.total then
      local distance = math.abs(line.line + 1 - row.line)
      if not best or distance < best.distance then
        best = { distance = distance, line = line.line + 1 }
      end
    end
  end
  return vim.tbl_extend('force', row, { line = best and best.line or row.line })
end

return M

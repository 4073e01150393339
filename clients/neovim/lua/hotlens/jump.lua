--- To a line of the code, in a window that shows code.
local say = require('hotlens.say')

local M = {}

---@class hotlens.Place
---@field name string? of the function
---@field file string?
---@field line integer? where it ran
---@field def integer? line of the function's def then

---@return integer? window
local function code_window()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].buftype == '' and vim.api.nvim_win_get_config(window).relative == '' then
      return window
    end
  end
end

--- Where a line that ran stands in the buffer now: the function's def may have moved.
---@param bufnr integer
---@param place hotlens.Place
---@return integer
local function line_now(bufnr, place)
  local answer = require('hotlens.marks').answer(bufnr)
  for _, row in ipairs(answer and answer.functions or {}) do
    if row.name == place.name and (place.def or 0) > 0 then
      return row.line + 1 + (place.line - place.def)
    end
  end
  return place.line or 1
end

---@param file string
---@param line fun(bufnr: integer): integer from 1
local function open(file, line)
  local window = code_window()
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('aboveleft split')
  end
  vim.cmd("normal! m'")
  if vim.api.nvim_buf_get_name(0) ~= file then
    local ok, reason = pcall(vim.cmd.edit, vim.fn.fnameescape(file))
    if not ok then
      return say.error((tostring(reason):gsub('^.-:(E%d+:)', '%1')))
    end
  end
  local wanted = math.max(line(vim.api.nvim_get_current_buf()), 1)
  vim.api.nvim_win_set_cursor(0, { math.min(wanted, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd('normal! ^zv')
end

---@param place hotlens.Place
function M.to(place)
  local file = place.file
  if not file or file == vim.NIL then
    return say.info((place.name or 'this') .. ' has no source')
  elseif not vim.uv.fs_stat(file) then
    return say.warn(('%s is not here (any more)'):format(file))
  end
  open(file, function(bufnr)
    return line_now(bufnr, place)
  end)
end

return M

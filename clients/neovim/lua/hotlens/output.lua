--- What recorded programs print, in a buffer.
local M = {}

local MOST = 10000
local bufnr ---@type integer?

---@return integer
local function buffer()
  if not bufnr or not vim.api.nvim_buf_is_valid(bufnr) then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, 'hotlens://output')
    vim.bo[bufnr].bufhidden = 'hide'
    vim.bo[bufnr].modifiable = false
  end
  return bufnr
end

---@param text string
function M.append(text)
  local number = buffer()
  local lines = vim.split(text:gsub('\r\n?', '\n'):gsub('\27%[[%d;]*m', ''), '\n', { plain = true })
  local last = vim.api.nvim_buf_get_lines(number, -2, -1, false)[1] or ''
  lines[1] = last .. lines[1]
  vim.bo[number].modifiable = true
  vim.api.nvim_buf_set_lines(number, -2, -1, false, lines)
  local extra = vim.api.nvim_buf_line_count(number) - MOST
  if extra > 0 then
    vim.api.nvim_buf_set_lines(number, 0, extra, false, {})
  end
  vim.bo[number].modifiable = false
end

function M.show()
  vim.cmd('botright split')
  vim.api.nvim_win_set_buf(0, buffer())
  vim.cmd('normal! G')
end

return M

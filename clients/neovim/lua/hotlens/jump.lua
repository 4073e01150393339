--- To a line of a run, in a window that shows code: the server knows where the line stands after edits.
local client_of = require('hotlens.client')
local say = require('hotlens.say')

local M = {}

---@class hotlens.Place
---@field name string? of the function
---@field file string?
---@field line integer where it ran; 0 when that is not known

---@return integer? window
local function code_window()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].buftype == '' and vim.api.nvim_win_get_config(window).relative == '' then
      return window
    end
  end
end

---@param file string
---@param line integer from 1
local function open(file, line)
  local window = code_window()
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('aboveleft split')
  end
  vim.cmd("normal! m'")
  if vim.uv.fs_realpath(vim.api.nvim_buf_get_name(0)) ~= vim.uv.fs_realpath(file) then
    local ok, reason = pcall(vim.cmd.edit, vim.fn.fnameescape(file))
    if not ok then
      return say.error((tostring(reason):gsub('^.-:(E%d+:)', '%1')))
    end
  end
  vim.api.nvim_win_set_cursor(0, { math.min(line, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd('normal! ^zv')
end

--- The buffer of a file that the server sees; Neovim sends it the newest changes before a question about it.
---@param client vim.lsp.Client
---@param file string
---@return integer?
local function buffer_of(client, file)
  local real = vim.uv.fs_realpath(file)
  for bufnr in pairs(client.attached_buffers) do
    local name = vim.api.nvim_buf_get_name(bufnr)
    if name == file or (real and vim.uv.fs_realpath(name) == real) then
      return bufnr
    end
  end
end

---@param place hotlens.Place
---@param run integer|string|nil nil: the run that is shown
---@param folder string?
function M.to(place, run, folder)
  local file = place.file
  if not file or file == vim.NIL then
    return say.info((place.name or 'this') .. ' has no source')
  end
  local client = client_of.require()
  if not client then
    return
  end
  local params = { run = run, folder = folder, path = file, line = math.max(place.line, 1) }
  client_of.request(client, 'hotlens/location', params, function(error, result)
    if error or not result then
      return say.warn(client_of.reason(error or {}))
    end
    open(vim.uri_to_fname(result.uri), result.range.start.line + 1)
    if not result.exact and place.line > 0 then
      say.info('this line was changed or removed since, or what ran is not known: the nearest that is left')
    end
  end, buffer_of(client, file))
end

return M

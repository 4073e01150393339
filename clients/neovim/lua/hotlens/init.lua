--- Profile Python, and look at where the time goes.
local M = {}

--- Starts the server for Python files. Everything else is loaded when it is first needed.
---@param options table? see |hotlens-options|
function M.setup(options)
  local config = require('hotlens.config')
  local problems = config.apply(options)
  if #problems > 0 then
    require('hotlens.say').warn('setup: ' .. table.concat(problems, '; '))
  end
  if vim.fn.has('nvim-0.11') == 1 then
    vim.lsp.enable('hotlens')
    return
  end
  local group = vim.api.nvim_create_augroup('hotlens', {})
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = config.values.filetypes,
    callback = function(arguments)
      require('hotlens.client').start(arguments.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    local is_ours = vim.tbl_contains(config.values.filetypes, vim.bo[bufnr].filetype)
    if vim.api.nvim_buf_is_loaded(bufnr) and is_ours then
      require('hotlens.client').start(bufnr)
    end
  end
end

--- For a status line: what is being recorded, else what is shown; empty when there is neither.
---@return string
function M.statusline()
  return package.loaded['hotlens.status'] and require('hotlens.status').text() or ''
end

return M

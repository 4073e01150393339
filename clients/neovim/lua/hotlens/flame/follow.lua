--- The flame graph in step with the code: the function under the code's cursor is marked in it.
local config = require('hotlens.config')
local view_of = require('hotlens.flame.view')

local M = {}

local FOLLOW_DELAY = 100

---@param bufnr integer
local function follow_cursor(bufnr)
  if next(view_of.all) == nil or vim.api.nvim_get_current_buf() ~= bufnr then
    return
  end
  local marks = require('hotlens.marks')
  local row = marks.function_at(bufnr, vim.api.nvim_win_get_cursor(0)[1] - 1)
  local answer = marks.answer(bufnr)
  local here = row and answer and { name = row.name, file = answer.file } or nil
  for _, view in pairs(view_of.all) do
    if view.answer and view.canvas and not vim.deep_equal(view.here, here) then
      view.here = here
      view_of.mark(view, (view_of.selected(view)))
    end
  end
end

--- The function under the cursor of this buffer is marked in the graphs.
---@param bufnr integer
function M.start(bufnr)
  if not config.values.flame.follow then
    return
  end
  local timer = assert(vim.uv.new_timer())
  local group = vim.api.nvim_create_augroup('hotlens_follow_' .. bufnr, {})
  vim.api.nvim_create_autocmd({ 'CursorMoved', 'BufEnter' }, {
    group = group,
    buffer = bufnr,
    callback = function()
      timer:start(
        FOLLOW_DELAY,
        0,
        vim.schedule_wrap(function()
          if vim.api.nvim_buf_is_valid(bufnr) then
            follow_cursor(bufnr)
          end
        end)
      )
    end,
  })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = bufnr,
    callback = function()
      timer:close()
    end,
  })
end

return M

--- Messages, all in one voice.
local M = {}

--- In the message line, news that are longer than it stop everything with "Press ENTER".
local function fit(text, level)
  local source = (debug.getinfo(vim.notify, 'S') or {}).source or ''
  local is_built_in = source:find('vim/_editor', 1, true) ~= nil
  local room = vim.v.echospace
  if not is_built_in or level ~= vim.log.levels.INFO or vim.fn.strdisplaywidth(text) <= room then
    return text
  end
  return vim.fn.strcharpart(text, 0, math.max(room - 1, 1)) .. '…'
end

---@param text string
---@param level integer of vim.log.levels
local function notify(text, level)
  vim.schedule(function()
    vim.notify(fit('hotlens: ' .. text, level), level, { title = 'hotlens' })
  end)
end
M.notify = notify

---@param text string
function M.info(text)
  notify(text, vim.log.levels.INFO)
end

---@param text string
function M.warn(text)
  notify(text, vim.log.levels.WARN)
end

---@param text string
function M.error(text)
  notify(text, vim.log.levels.ERROR)
end

local said = {}

--- Says something once in a session.
---@param text string
function M.warn_once(text)
  if not said[text] then
    said[text] = true
    M.warn(text)
  end
end

return M

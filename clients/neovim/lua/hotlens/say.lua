--- Messages, all in one voice.
local M = {}

local function notify(text, level)
  vim.schedule(function()
    vim.notify('hotlens: ' .. text, level, { title = 'hotlens' })
  end)
end

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

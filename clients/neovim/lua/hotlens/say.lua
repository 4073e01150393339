--- Messages, all in one voice.
local M = {}

--- Whether messages go to the message line: a plugin that shows them has a place for long ones.
local function is_built_in()
  local source = (debug.getinfo(vim.notify, 'S') or {}).source or ''
  return source == '?' or source:find('vim/_editor', 1, true) ~= nil -- 0.12 does not tell the file of its own
end

--- In the message line, news that are longer than it stop everything with "Press ENTER".
---@param text string
---@param room integer columns
---@return string
local function fit(text, room)
  text = text:gsub('%s*\n%s*', ' ')
  local length = vim.fn.strchars(text)
  local short = text
  while vim.fn.strdisplaywidth(short) > room and length > 0 do
    length = length - 1
    short = vim.fn.strcharpart(text, 0, length) .. '…'
  end
  return short
end

---@param text string
---@param level integer of vim.log.levels
local function notify(text, level)
  vim.schedule(function()
    local message = 'hotlens: ' .. text
    if level == vim.log.levels.INFO and is_built_in() then
      message = fit(message, vim.v.echospace)
    end
    vim.notify(message, level, { title = 'hotlens' })
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

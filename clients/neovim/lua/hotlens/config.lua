--- What the user chose.
local M = {}

---@class hotlens.Config
---@field cmd string[] the server
---@field filetypes string[]
---@field root_markers string[]
---@field settings table<string, any> the server's settings, as in docs/protocol.md: rate, python, …
---@field record 'terminal'|'background' where programs run; `:Hotlens!` takes the other
---@field terminal_height integer
---@field hints boolean times at the ends of lines
---@field lenses boolean times above functions, and what can be started and stopped
---@field summary boolean the run at the end of line 1
---@field heat 'sign'|'line'|'number'|'off'
---@field debounce integer milliseconds after the last keystroke until numbers are asked for again
---@field keys boolean ]h and [h in Python buffers
---@field mouse boolean a click on a lens runs it
---@field flame hotlens.FlameConfig

---@class hotlens.FlameConfig
---@field split string how its window is opened
---@field follow boolean the function under the cursor is marked in the graph
---@field focus_on_zoom boolean zooming restricts the numbers in the code windows, too
---@field mappings boolean

---@type hotlens.Config
local defaults = {
  cmd = { 'hotlens' },
  filetypes = { 'python' },
  root_markers = { 'pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', '.git' },
  settings = {},
  record = 'terminal',
  terminal_height = 12,
  hints = true,
  lenses = true,
  summary = true,
  heat = 'sign',
  debounce = 200,
  keys = true,
  mouse = true,
  flame = {
    split = 'botright split',
    follow = true,
    focus_on_zoom = false,
    mappings = true,
  },
}

---@type hotlens.Config
M.values = vim.deepcopy(defaults)

local choices = {
  record = { terminal = true, background = true },
  heat = { sign = true, line = true, number = true, off = true },
}

local function check(name, value, default)
  if default == nil then
    return ('no option is called %s'):format(name)
  elseif type(value) ~= type(default) then
    return ('%s: a %s is expected, not a %s'):format(name, type(default), type(value))
  elseif choices[name] and not choices[name][value] then
    local known = vim.tbl_keys(choices[name])
    table.sort(known)
    return ('%s: one of %s is expected, not "%s"'):format(name, table.concat(known, ', '), value)
  end
end

--- Takes over what is right, and returns what is wrong.
---@param options table?
---@return string[] problems
function M.apply(options)
  local problems = {}
  local values = vim.deepcopy(defaults)
  for name, value in pairs(options or {}) do
    local problem = check(name, value, defaults[name])
    if problem then
      table.insert(problems, problem)
    elseif name == 'flame' then
      for key, inner in pairs(value) do
        local wrong = check('flame.' .. key, inner, defaults.flame[key])
        if wrong then
          table.insert(problems, wrong)
        else
          values.flame[key] = inner
        end
      end
    else
      values[name] = value
    end
  end
  M.values = values
  return problems
end

return M

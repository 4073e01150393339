--- The server's code lenses: drawn above functions and at the end of line 1, and run with the mouse or a key.
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local say = require('hotlens.say')

local M = {}

local SEPARATOR = ' | '
local SHOW = 'hotlens.showFlamegraph'

---@class hotlens.LensCommand
---@field title string
---@field command string
---@field arguments table[]?

---@class hotlens.Lens a code lens of the protocol
---@field range {start: {line: integer, character: integer}}
---@field command hotlens.LensCommand

---@class hotlens.LensChange
---@field direction 'more'|'less'

---@class hotlens.FunctionRow of hotlens/lines
---@field name string
---@field line integer
---@field endLine integer
---@field change hotlens.LensChange?

---@class hotlens.DrawnLens
---@field command hotlens.LensCommand
---@field from integer display columns from the beginning of the text drawn for its line
---@field to integer the column behind it

---@class hotlens.DrawnLine
---@field text string all that is drawn for the line
---@field lenses hotlens.DrawnLens[]

---@type table<integer, table<integer, hotlens.DrawnLine>> by buffer and extmark
local drawn = {}

---@param lens hotlens.Lens
---@return table
local function argument_of(lens)
  local arguments = lens.command.arguments
  return type(arguments) == 'table' and type(arguments[1]) == 'table' and arguments[1] or {}
end

---@param lens hotlens.Lens
---@return boolean
local function is_summary(lens)
  return lens.command.command == SHOW and argument_of(lens)['function'] == nil
end

---@param lens hotlens.Lens
---@return boolean
local function is_wanted(lens)
  if type(lens.command) ~= 'table' or lens.command.command == '' then
    return false
  end
  return is_summary(lens) and config.values.summary or (not is_summary(lens) and config.values.lenses)
end

---@param lens hotlens.Lens
---@param functions hotlens.FunctionRow[]
---@return string highlight group
local function group_of(lens, functions)
  if is_summary(lens) then
    return 'HotlensSummary'
  end
  local name = argument_of(lens)['function']
  for _, row in ipairs(functions) do
    if row.change and row.line == lens.range.start.line and row.name == name then
      return row.change.direction == 'more' and 'HotlensMore' or 'HotlensLess'
    end
  end
  return 'HotlensLens'
end

--- Spaces as wide as what a line begins with.
---@param bufnr integer
---@param line integer from 0
---@return string
local function indent_of(bufnr, line)
  local text = vim.api.nvim_buf_get_lines(bufnr, line, line + 1, false)[1] or ''
  local width = 0
  for character in (text:match('^%s*') or ''):gmatch('.') do
    width = character == '\t' and width + vim.bo[bufnr].tabstop - width % vim.bo[bufnr].tabstop or width + 1
  end
  return (' '):rep(width)
end

--- Virtual text of the lenses of one line, and where each is.
---@param before string
---@param lenses hotlens.Lens[]
---@param functions hotlens.FunctionRow[]
---@return string[][] chunks, hotlens.DrawnLine line
local function lay(before, lenses, functions)
  local chunks = { { before } }
  local line = { text = before, lenses = {} }
  for index, lens in ipairs(lenses) do
    if index > 1 then
      table.insert(chunks, { SEPARATOR, 'HotlensSeparator' })
      line.text = line.text .. SEPARATOR
    end
    local title = lens.command.title
    local from = vim.api.nvim_strwidth(line.text)
    table.insert(chunks, { title, group_of(lens, functions) })
    line.text = line.text .. title
    table.insert(line.lenses, { command = lens.command, from = from, to = from + vim.api.nvim_strwidth(title) })
  end
  return chunks, line
end

---@param lenses hotlens.Lens[]
---@param last integer
---@return table<integer, hotlens.Lens[]> by line
local function by_line(lenses, last)
  local lines = {}
  for _, lens in ipairs(lenses) do
    local line = lens.range.start.line
    if line <= last and is_wanted(lens) then
      lines[line] = lines[line] or {}
      table.insert(lines[line], lens)
    end
  end
  return lines
end

--- Lines above line 1 are not on the screen: lenses there stand at its end.
---@param bufnr integer
---@param namespace integer that has been cleared
---@param lenses hotlens.Lens[]
---@param functions hotlens.FunctionRow[] those that changed get another colour
function M.draw(bufnr, namespace, lenses, functions)
  drawn[bufnr] = {}
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  for number, group in pairs(by_line(lenses, last)) do
    local chunks, line = lay(number == 0 and ' ' or indent_of(bufnr, number), group, functions)
    local options = { invalidate = true, undo_restore = false, strict = false, priority = 180 }
    if number == 0 then
      options.virt_text, options.virt_text_pos = chunks, 'eol'
    else
      options.virt_lines, options.virt_lines_above = { chunks }, true
    end
    drawn[bufnr][vim.api.nvim_buf_set_extmark(bufnr, namespace, number, 0, options)] = line
  end
end

---@param bufnr integer
function M.forget(bufnr)
  drawn[bufnr] = nil
end

--- What is drawn, where it stands now: {line from 0, what}.
---@param bufnr integer
---@return {line: integer, drawn: hotlens.DrawnLine}[]
local function places(bufnr)
  local found = {}
  local namespace = require('hotlens.marks').namespace
  for id, line in pairs(drawn[bufnr] or {}) do
    local position = vim.api.nvim_buf_get_extmark_by_id(bufnr, namespace, id, { details = true })
    if position[1] and not (position[3] or {}).invalid then
      table.insert(found, { line = position[1], drawn = line })
    end
  end
  return found
end

--- Titles of the lenses that are drawn, by line from 1.
---@param bufnr integer
---@return table<integer, string[]>
function M.titles(bufnr)
  local titles = {}
  for _, place in ipairs(places(bufnr)) do
    titles[place.line + 1] = vim.tbl_map(function(lens)
      return lens.command.title
    end, place.drawn.lenses)
  end
  return titles
end

--- A program runs as it is in its file; a flame graph is opened here.
---@param bufnr integer
---@param command hotlens.LensCommand
local function run(bufnr, command)
  local argument = command.arguments and command.arguments[1] or {}
  if command.command == SHOW then
    local name = argument['function']
    require('hotlens.flame').open({ -- of what is shown, which the lens is of
      find = name and { ['function'] = name, file = argument.file } or nil,
    })
    return
  end
  if command.command:find('^hotlens%.profile') then
    require('hotlens.command').save(bufnr)
  end
  client_of.execute(command.command:gsub('^hotlens%.', ''), argument, bufnr)
end

---@param bufnr integer
---@param line integer from 0
---@return hotlens.DrawnLine?
local function at(bufnr, line)
  for _, place in ipairs(places(bufnr)) do
    if place.line == line then
      return place.drawn
    end
  end
end

--- Runs the lens of a line, else that of the function around it; asks which when there are several.
---@param bufnr integer?
---@param line integer? from 0; that of the cursor when nil
function M.run(bufnr, line)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  line = line or vim.api.nvim_win_get_cursor(0)[1] - 1
  local around = require('hotlens.marks').function_at(bufnr, line)
  local found = at(bufnr, line) or (around and at(bufnr, around.line))
  if not found then
    return say.info('there is no lens on this line')
  elseif #found.lenses == 1 then
    return run(bufnr, found.lenses[1].command)
  end
  vim.ui.select(found.lenses, {
    prompt = 'Which one?',
    kind = 'hotlens',
    format_item = function(lens)
      return lens.command.title
    end,
  }, function(lens)
    if lens then
      run(bufnr, lens.command)
    end
  end)
end

--- The text of a row of the screen, from a column on, in cells.
---@param row integer from 1
---@param from integer from 1
---@param to integer
---@return string[]
local function cells(row, from, to)
  local found = {}
  for column = from, to do
    table.insert(found, vim.fn.screenstring(row, column))
  end
  return found
end

--- Where a text begins in a row of the screen, of which the right end may be cut off.
---@param row string[] cells
---@param text string
---@param anywhere boolean else only at the beginning
---@return integer? column from 0
local function find_text(row, text, anywhere)
  local whole = table.concat(row)
  if not anywhere then
    local is_cut = vim.api.nvim_strwidth(text) > #row
    return (vim.startswith(whole, text) or (is_cut and vim.startswith(text, whole))) and 0 or nil
  end
  local position = whole:find(text, 1, true)
  for length = #text - 1, #SEPARATOR, -1 do
    if position then
      break
    end
    position = vim.endswith(whole, text:sub(1, length)) and #whole - length + 1 or nil
  end
  return position and vim.api.nvim_strwidth(whole:sub(1, position - 1))
end

--- The lens under the mouse. What is seen decides: lines above a line are no place in the buffer.
---@return integer? bufnr, hotlens.LensCommand? command
function M.under_mouse()
  local mouse = vim.fn.getmousepos()
  if mouse.winid == 0 then
    return
  end
  local bufnr = vim.api.nvim_win_get_buf(mouse.winid)
  local info = vim.fn.getwininfo(mouse.winid)[1]
  local row
  for _, place in ipairs(places(bufnr)) do
    if math.abs(place.line + 1 - mouse.line) <= 1 then
      row = row or cells(mouse.screenrow, info.wincol + info.textoff, info.wincol + info.width - 1)
      local start = find_text(row, place.drawn.text, place.line == 0)
      local column = start and mouse.screencol - (info.wincol + info.textoff) - start
      for _, lens in ipairs(place.drawn.lenses) do
        if column and column >= lens.from and column < lens.to then
          return bufnr, lens.command
        end
      end
    end
  end
end

--- A click on a lens runs it, everywhere else it is a click.
---@param bufnr integer
function M.map(bufnr)
  vim.keymap.set('n', '<LeftRelease>', function()
    local where, command = M.under_mouse()
    if where and command then
      vim.schedule(function()
        run(where, command)
      end)
    end
    return '<LeftRelease>'
  end, { buffer = bufnr, expr = true, desc = 'hotlens: run the lens that was clicked' })
end

return M

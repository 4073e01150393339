--- Highlight groups, made from the colour scheme. Everything that a colour says is also said by a number, a
--- length or the height of a sign.
local M = {}

M.LEVELS = 5
M.PALETTE = 6

local links = {
  HotlensHint = 'LspInlayHint',
  HotlensLens = 'LspCodeLens',
  HotlensSummary = 'LspCodeLens',
  HotlensSeparator = 'LspCodeLensSeparator',
  HotlensMore = 'DiagnosticWarn',
  HotlensLess = 'DiagnosticInfo',
  HotlensHeat1 = 'Comment',
  HotlensHeat2 = 'DiagnosticHint',
  HotlensHeat3 = 'DiagnosticInfo',
  HotlensHeat4 = 'DiagnosticWarn',
  HotlensHeat5 = 'DiagnosticError',
  HotlensSelected = 'Visual',
  HotlensMatch = 'Search',
  HotlensHere = 'IncSearch',
}

-- What the boxes of a flame graph take their hues from.
local hues = { 'Function', 'String', 'Type', 'Constant', 'Statement', 'Special' }
-- Without true colour; dark boxes under light text.
local boxes = { 24, 58, 54, 23, 60, 94 }

local function channels(colour)
  return math.floor(colour / 65536) % 256, math.floor(colour / 256) % 256, colour % 256
end

--- `part` of `colour` over `ground`.
local function blend(colour, ground, part)
  local r, g, b = channels(colour)
  local r0, g0, b0 = channels(ground)
  local function mix(x, y)
    return math.floor(x * part + y * (1 - part) + 0.5)
  end
  return mix(r, r0) * 65536 + mix(g, g0) * 256 + mix(b, b0)
end

local function colour_of(group, what)
  return vim.api.nvim_get_hl(0, { name = group, link = false })[what]
end

local function ground()
  return colour_of('Normal', 'bg') or (vim.o.background == 'dark' and 0x181818 or 0xf5f5f5)
end

local function set(name, value)
  value.default = true
  vim.api.nvim_set_hl(0, name, value)
end

--- One hue, stronger with each level: also told apart without seeing colours.
local function define_lines()
  local hue = colour_of('DiagnosticWarn', 'fg') or 0xd08020
  for level = 1, M.LEVELS do
    set('HotlensLine' .. level, {
      bg = blend(hue, ground(), 0.05 + 0.08 * (level - 1)),
      ctermbg = vim.o.background == 'dark' and 233 + level or 255 - level,
    })
  end
end

--- Two shades of each hue, so that neighbours of one module are two boxes.
local function define_boxes()
  local text = colour_of('Normal', 'fg') or (vim.o.background == 'dark' and 0xe0e0e0 or 0x202020)
  for index, group in ipairs(hues) do
    local hue = colour_of(group, 'fg') or 0x808080
    for shade = 1, 2 do
      set(('HotlensBox%d%s'):format(index, shade == 1 and 'a' or 'b'), {
        fg = text,
        bg = blend(hue, ground(), shade == 1 and 0.30 or 0.42),
        ctermfg = 255,
        ctermbg = (boxes[index] or 24) + (shade == 1 and 0 or 6),
      })
    end
  end
  set('HotlensOther', { fg = text, bg = blend(text, ground(), 0.15), ctermfg = 250, ctermbg = 236 })
end

function M.define()
  for name, target in pairs(links) do
    set(name, { link = target })
  end
  define_lines()
  define_boxes()
end

local defined = false

--- Defines them once, and again with each colour scheme.
function M.ensure()
  if defined then
    return
  end
  defined = true
  M.define()
  vim.api.nvim_create_autocmd('ColorScheme', {
    group = vim.api.nvim_create_augroup('hotlens_highlight', {}),
    callback = M.define,
  })
end

return M

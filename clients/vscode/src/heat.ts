import * as vscode from 'vscode';
import { barImage, colorOfHue, HUE_COUNT, hueOf, LEVELS, levelOf } from './heatScale';
import type { DocumentNumbers } from './numbers';
import type { LineNumbers } from './protocol';

const HEAT = { light: '#c65102', dark: '#f28e2b' };

function icon(level: number, color: string): vscode.Uri {
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(barImage(level, color)).toString('base64')}`);
}

function decoration(level: number, colors: { light: string; dark: string }): vscode.TextEditorDecorationType {
  const forTheme = (color: string): vscode.ThemableDecorationRenderOptions => ({
    gutterIconPath: icon(level, color),
    gutterIconSize: 'contain',
    overviewRulerColor: `${color}${Math.round(90 + (165 * level) / (LEVELS - 1)).toString(16)}`,
  });
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    light: forTheme(colors.light),
    dark: forTheme(colors.dark),
  });
}

/**
 * Bars beside lines and in the overview ruler. "heat": the line's share of the run, in one hue. "scope": its share
 * of its function, in the function's hue. Length and strength say the same as colour does.
 */
export class HeatBars implements vscode.Disposable {
  private readonly types = new Map<string, vscode.TextEditorDecorationType>();
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly numbers: DocumentNumbers) {
    this.listeners = [
      numbers.onDidChange(document => this.drawDocument(document)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.drawAll()),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('hotlens.heat')) {
          this.drawAll();
        }
      }),
    ];
  }

  private typeOf(key: string): vscode.TextEditorDecorationType {
    let type = this.types.get(key);
    if (!type) {
      const [hue, level] = key.split('/').map(Number) as [number, number];
      const colors = hue < 0 ? HEAT : { light: colorOfHue(hue, false), dark: colorOfHue(hue, true) };
      type = decoration(level, colors);
      this.types.set(key, type);
    }
    return type;
  }

  /** "hue/level" of a line, or undefined for none. */
  private keyOf(document: vscode.TextDocument, line: LineNumbers, mode: string, least: number): string | undefined {
    const around = this.numbers.functionAt(document, line.line);
    const isScope = mode === 'scope' && line.functionShare !== undefined && around !== undefined;
    const share = isScope ? (line.functionShare ?? 0) : line.share;
    if (share < least || line.total === 0) {
      return undefined;
    }
    const hue = mode === 'scope' ? (around ? hueOf(around.name, this.numbers.of(document)?.file ?? '') : HUE_COUNT - 1) : -1;
    return `${hue}/${levelOf(share)}`;
  }

  private draw(editor: vscode.TextEditor): void {
    const { document } = editor;
    const settings = vscode.workspace.getConfiguration('hotlens.heat', document);
    const answer = settings.get<boolean>('enabled', true) ? this.numbers.of(document) : undefined;
    const mode = settings.get<string>('mode', 'heat');
    const least = settings.get<number>('minimumPercent', 1) / 100;
    const byKey = new Map<string, vscode.Range[]>();
    for (const line of answer?.hints === false ? [] : (answer?.lines ?? [])) {
      const key = this.keyOf(document, line, mode, least);
      if (key !== undefined && line.line < document.lineCount) {
        byKey.set(key, [...(byKey.get(key) ?? []), document.lineAt(line.line).range]);
      }
    }
    for (const key of new Set([...this.types.keys(), ...byKey.keys()])) {
      editor.setDecorations(this.typeOf(key), byKey.get(key) ?? []);
    }
  }

  private drawDocument(document: vscode.TextDocument): void {
    vscode.window.visibleTextEditors.filter(editor => editor.document === document).forEach(editor => this.draw(editor));
  }

  private drawAll(): void {
    vscode.window.visibleTextEditors.forEach(editor => this.draw(editor));
  }

  dispose(): void {
    for (const disposable of [...this.types.values(), ...this.listeners]) {
      disposable.dispose();
    }
  }
}

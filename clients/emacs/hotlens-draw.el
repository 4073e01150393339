;;; hotlens-draw.el --- Times in buffers of code  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Hints at the ends of lines, lenses above functions and heat at the left edge, all of them overlays:
;; the text, its undo list and its modified flag are never touched.  The server says what stands
;; where; a line that is edited loses its hint at once.

;;; Code:

(require 'hotlens-document)

(defcustom hotlens-show-hints t
  "Whether the time of a line stands at its end."
  :group 'hotlens
  :type 'boolean)

(defcustom hotlens-show-lenses t
  "Whether the time of a function stands above it, and the run's above line 1."
  :group 'hotlens
  :type 'boolean)

(defcustom hotlens-show-heat t
  "Whether hot lines are marked: in the fringe, or in a terminal in the margin."
  :group 'hotlens
  :type 'boolean)

(defcustom hotlens-heat-minimum 0.01
  "The least share of the run that is marked."
  :group 'hotlens
  :type 'number)

(defface hotlens-hint '((t :inherit shadow :slant italic))
  "The time at the end of a line."
  :group 'hotlens)

(defface hotlens-lens '((t :inherit shadow :height 0.9))
  "The line above a function."
  :group 'hotlens)

(defface hotlens-lens-mouse '((t :inherit highlight))
  "A lens under the mouse."
  :group 'hotlens)

;; From light to dark, and in the fringe from thin to wide: nothing is told by colour alone.
(defface hotlens-heat-1
  '((((min-colors 88) (background dark)) :foreground "#7f6a2f")
    (((min-colors 88)) :foreground "#f2d98c")
    (t :inherit default))
  "The coolest marked lines."
  :group 'hotlens)

(defface hotlens-heat-2
  '((((min-colors 88) (background dark)) :foreground "#a8792a")
    (((min-colors 88)) :foreground "#e8b04c")
    (t :inherit default))
  "Warm lines."
  :group 'hotlens)

(defface hotlens-heat-3
  '((((min-colors 88) (background dark)) :foreground "#cf8a2b")
    (((min-colors 88)) :foreground "#d9822b")
    (t :inherit default))
  "Warmer lines."
  :group 'hotlens)

(defface hotlens-heat-4
  '((((min-colors 88) (background dark)) :foreground "#f0a04b")
    (((min-colors 88)) :foreground "#b9560f")
    (t :inherit bold))
  "Hot lines."
  :group 'hotlens)

(defface hotlens-heat-5
  '((((min-colors 88) (background dark)) :foreground "#ffd9a0" :weight bold)
    (((min-colors 88)) :foreground "#7f2704" :weight bold)
    (t :inherit bold))
  "The hottest lines."
  :group 'hotlens)

(defconst hotlens--heat-faces
  [hotlens-heat-1 hotlens-heat-2 hotlens-heat-3 hotlens-heat-4 hotlens-heat-5])

(defconst hotlens--heat-marks ["▏" "▎" "▌" "▊" "█"]
  "What stands in the margin.")

(defconst hotlens--heat-bitmaps
  [hotlens--heat-1 hotlens--heat-2 hotlens--heat-3 hotlens--heat-4 hotlens--heat-5])

(when (fboundp 'define-fringe-bitmap)
  (dotimes (level 5)
    ;; One to eight pixels wide.
    (let ((row (logand 255 (ash -1 (- 8 (aref [1 2 4 6 8] level))))))
      (define-fringe-bitmap (aref hotlens--heat-bitmaps level) (vector row) 1 8 '(center t)))))

(defvar-local hotlens--answer nil
  "The last answer to `hotlens/lines' that is drawn.")

(defvar-local hotlens--lenses nil
  "The last answer to `textDocument/codeLens' that is drawn.")

(defvar-local hotlens--stale nil
  "Whether the buffer has to be drawn anew when it is seen.")

(defvar-local hotlens--old-margin nil
  "A list of `left-margin-width' as it was, when it is changed.")

(defvar hotlens-lens-functions nil
  "Called with a lens's command until one function has done it.")

;;; Overlays

(defun hotlens--erase (&rest kinds)
  "Delete the overlays of KINDS in this buffer."
  (save-restriction
    (widen)
    (dolist (overlay (overlays-in (point-min) (point-max)))
      (when (memq (overlay-get overlay 'hotlens) kinds)
        (delete-overlay overlay)))))

(defun hotlens--edited (overlay after beg end &rest _)
  "The line of OVERLAY is edited: its number is no longer true.
AFTER says whether the text from BEG to END has changed already.  A new line
before or behind it is no edit of the line."
  (when (and after (overlay-buffer overlay))
    (unless (and (< beg end)
                 (if (= end (overlay-start overlay))
                     (eq (char-before end) ?\n)
                   (and (>= beg (overlay-end overlay)) (eq (char-after beg) ?\n))))
      (delete-overlay overlay))))

(defun hotlens--draw-hint (line text tooltip)
  "Draw TEXT with TOOLTIP at the end of LINE, where point is."
  (let ((overlay (make-overlay (pos-bol) (pos-eol) nil t nil))
        (hint (propertize (concat "  " text) 'face 'hotlens-hint 'help-echo tooltip)))
    ;; The cursor at the end of the line stands before the hint.
    (put-text-property 0 1 'cursor t hint)
    (overlay-put overlay 'hotlens 'hint)
    (overlay-put overlay 'hotlens-line line)
    (overlay-put overlay 'evaporate t)
    (overlay-put overlay 'after-string hint)
    (overlay-put overlay 'modification-hooks '(hotlens--edited))
    (overlay-put overlay 'insert-in-front-hooks '(hotlens--edited))
    (overlay-put overlay 'insert-behind-hooks '(hotlens--edited))))

(defun hotlens--heat-level (share)
  "The level of SHARE: 0 to 4."
  (cond ((>= share 0.5) 4) ((>= share 0.25) 3) ((>= share 0.1) 2) ((>= share 0.05) 1) (t 0)))

(defun hotlens--draw-heat (share)
  "Mark the line at point with SHARE."
  (let* ((level (hotlens--heat-level share))
         (face (aref hotlens--heat-faces level))
         (overlay (make-overlay (pos-bol) (min (1+ (pos-bol)) (pos-eol)) nil t nil)))
    (overlay-put overlay 'hotlens 'heat)
    (overlay-put overlay 'hotlens-level level)
    (overlay-put overlay 'evaporate t)
    (overlay-put
     overlay 'before-string
     (propertize " " 'display
                 (if (display-graphic-p)
                     (list 'left-fringe (aref hotlens--heat-bitmaps level) face)
                   (list '(margin left-margin)
                         (propertize (aref hotlens--heat-marks level) 'face face)))))))

(defvar-keymap hotlens-lens-map
  :doc "What a lens does when it is clicked."
  "<mouse-1>" #'hotlens-lens-click)

(defun hotlens--lens-text (lens)
  "The text of LENS."
  (let ((command (plist-get lens :command)))
    (propertize (plist-get command :title)
                'face 'hotlens-lens
                'mouse-face 'hotlens-lens-mouse
                'help-echo "mouse-1: do this"
                'pointer 'hand
                'keymap hotlens-lens-map
                'hotlens-command command)))

(defun hotlens--draw-lenses (lenses)
  "Draw LENSES, which are of one line, above the line at point."
  (let ((overlay (make-overlay (pos-bol) (pos-bol)))
        (indent (buffer-substring-no-properties
                 (pos-bol) (save-excursion (back-to-indentation) (point)))))
    (overlay-put overlay 'hotlens 'lens)
    ;; Above the line also when other overlays begin here.
    (overlay-put overlay 'priority 100)
    (overlay-put overlay 'before-string
                 (concat indent
                         (mapconcat #'hotlens--lens-text lenses
                                    (propertize "  " 'face 'hotlens-lens))
                         "\n"))))

(defun hotlens--at-lines (entries key function)
  "Call FUNCTION with each of ENTRIES, point on its line, which KEY gives.
ENTRIES are sorted by line.  Those past the end of the buffer are left out."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (let ((at 0)
            (past-end nil))
        (seq-doseq (entry entries)
          (let ((line (funcall key entry)))
            (unless past-end
              (setq past-end (not (and (zerop (forward-line (- line at))) (bolp)))
                    at line))
            (unless past-end
              (save-excursion
                (funcall function entry)))))))))

(defun hotlens--draw-lines (answer)
  "Draw the hints and the heat of ANSWER."
  (hotlens--erase 'hint 'heat)
  (setq hotlens--answer answer)
  (let ((hints (and hotlens-show-hints (not (eq (plist-get answer :hints) :json-false))))
        (heat hotlens-show-heat)
        (any nil))
    (hotlens--at-lines
     (plist-get answer :lines)
     (lambda (line) (plist-get line :line))
     (lambda (line)
       (let ((text (plist-get line :text))
             (share (plist-get line :share)))
         (when (and heat (>= share hotlens-heat-minimum) (not (eolp)))
           (setq any t)
           (hotlens--draw-heat share))
         (when (and hints text)
           (hotlens--draw-hint (plist-get line :line) text (plist-get line :tooltip))))))
    (hotlens--set-margin any)))

(defun hotlens--set-margin (wanted)
  "Have a left margin for heat if WANTED, and if there is no fringe."
  (let ((wanted (and wanted (not (display-graphic-p)))))
    (cond
     ((and wanted (not hotlens--old-margin) (zerop left-margin-width))
      (setq hotlens--old-margin (list left-margin-width)
            left-margin-width 1))
     ((and (not wanted) hotlens--old-margin)
      (setq left-margin-width (car hotlens--old-margin)
            hotlens--old-margin nil)))
    (dolist (window (get-buffer-window-list nil nil t))
      (unless (eql (or (car (window-margins window)) 0) left-margin-width)
        (set-window-buffer window (current-buffer) t)
        (set-window-margins window left-margin-width (cdr (window-margins window)))))))

(defun hotlens--lens-line (lens)
  "The line of LENS."
  (plist-get (plist-get (plist-get lens :range) :start) :line))

(defun hotlens--draw-all-lenses (lenses)
  "Draw LENSES, an answer to `textDocument/codeLens'."
  (hotlens--erase 'lens)
  (setq hotlens--lenses lenses)
  (when hotlens-show-lenses
    (let ((lines (seq-group-by #'hotlens--lens-line lenses)))
      (hotlens--at-lines (sort lines (lambda (a b) (< (car a) (car b))))
                         #'car
                         (lambda (line) (hotlens--draw-lenses (cdr line)))))))

(defun hotlens--clear ()
  "Take everything away that is drawn in this buffer."
  (hotlens--erase 'hint 'heat 'lens)
  (hotlens--set-margin nil)
  (setq hotlens--answer nil
        hotlens--lenses nil))

;;; Asking

(defvar hotlens-hints-mode)

(defun hotlens--seen-p ()
  "Whether this buffer is in a window."
  (get-buffer-window nil 'visible))

(defmacro hotlens--if-current (buffer version &rest body)
  "Run BODY in BUFFER if its text is still that of VERSION.
If it is not, an edit will ask anew."
  (declare (indent 2))
  `(when (buffer-live-p ,buffer)
     (with-current-buffer ,buffer
       (when (and hotlens-hints-mode hotlens--connected (not hotlens--changes)
                  (= ,version hotlens--document-version))
         ,@body))))

(defun hotlens--ask-numbers ()
  "Ask for what is to be drawn in this buffer, if it is seen."
  (cond
   ((not (and hotlens--connected hotlens-hints-mode)))
   ((not (hotlens--seen-p)) (setq hotlens--stale t))
   (t
    (setq hotlens--stale nil)
    (hotlens--send-changes)
    (let ((buffer (current-buffer))
          (version hotlens--document-version))
      (hotlens--request hotlens--connected 'hotlens/lines
                        `(:uri ,hotlens--document-uri :tooltips t)
                        (lambda (answer)
                          (hotlens--if-current buffer version
                            (unless (equal (plist-get answer :state) "loading")
                              (hotlens--draw-lines answer)))))
      (hotlens--request hotlens--connected 'textDocument/codeLens
                        `(:textDocument ,(hotlens--identifier))
                        (lambda (lenses)
                          (hotlens--if-current buffer version
                            (hotlens--draw-all-lenses lenses))))))))

(defun hotlens--on-window-change (&rest _)
  "The buffer may be seen now."
  (when (and hotlens--stale (hotlens--seen-p))
    (hotlens--ask-numbers)))

(defun hotlens--on-changed (connection method params)
  "Draw anew if METHOD with PARAMS of CONNECTION says that numbers are others."
  (when (eq method 'hotlens/didChange)
    (when (cl-intersection '("shown" "focus" "numbers" "hints")
                           (append (plist-get params :changed) nil) :test #'equal)
      (hotlens--ask-all connection)))
  ;; Lenses say what can be stopped.
  (when (and (eq method 'hotlens/recording)
             (member (plist-get params :state) '("started" "ended")))
    (hotlens--ask-all connection)))

(defun hotlens--ask-all (connection)
  "Ask for the numbers of all buffers that CONNECTION knows."
  (dolist (buffer (hotlens--documents connection))
    (with-current-buffer buffer
      (hotlens--ask-numbers))))

(add-hook 'hotlens-notification-functions #'hotlens--on-changed)

(defun hotlens-lens-click (event)
  "Do what the lens says that EVENT clicks."
  (interactive "e")
  (let* ((string (posn-string (event-start event)))
         (command (and string
                       (get-text-property (cdr string) 'hotlens-command (car string)))))
    (with-current-buffer (window-buffer (posn-window (event-start event)))
      (when command
        (hotlens--do-lens command)))))

(defun hotlens--do-lens (command)
  "Do COMMAND, which a lens has."
  (unless (run-hook-with-args-until-success 'hotlens-lens-functions command)
    (hotlens--request hotlens--connected 'workspace/executeCommand
                      (list :command (plist-get command :command)
                            :arguments (or (plist-get command :arguments) []))
                      #'ignore)))

;;;###autoload
(define-minor-mode hotlens-hints-mode
  "Draw the times of the shown run on the lines and functions of this buffer."
  :lighter nil
  :group 'hotlens
  (cond
   (hotlens-hints-mode
    (add-hook 'hotlens-settled-hook #'hotlens--ask-numbers nil t)
    (add-hook 'window-buffer-change-functions #'hotlens--on-window-change nil t)
    (hotlens--ask-numbers))
   (t
    (remove-hook 'hotlens-settled-hook #'hotlens--ask-numbers t)
    (remove-hook 'window-buffer-change-functions #'hotlens--on-window-change t)
    (hotlens--clear))))

(defun hotlens--function-at-point ()
  "The innermost function with numbers around point, as the server tells it."
  (let ((line (1- (line-number-at-pos nil t)))
        found)
    (seq-doseq (function (plist-get hotlens--answer :functions))
      (when (<= (plist-get function :line) line (plist-get function :endLine))
        (setq found function)))
    found))

(provide 'hotlens-draw)
;;; hotlens-draw.el ends here

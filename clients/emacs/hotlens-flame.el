;;; hotlens-flame.el --- Flame graphs in text  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The server lays the graph out in cells of characters; this draws them, moves among them, and asks
;; for another layout when something else is to be seen.

;;; Code:

(require 'hotlens-draw)
(require 'hotlens-list)
(require 'text-property-search)

(defcustom hotlens-flame-rows 300
  "The most levels that are drawn."
  :group 'hotlens
  :type 'natnum)

(defface hotlens-flame-1 '((((min-colors 88)) :background "#f6c667" :foreground "#1c1c1c")
                           (t :inverse-video t))
  "A colour of modules in flame graphs." :group 'hotlens)
(defface hotlens-flame-1-alt '((((min-colors 88)) :background "#e0ab43" :foreground "#1c1c1c")
                               (t :inverse-video t :underline t))
  "A colour of modules in flame graphs, beside its like." :group 'hotlens)
(defface hotlens-flame-2 '((((min-colors 88)) :background "#f4a261" :foreground "#1c1c1c")
                           (t :inverse-video t))
  "A colour of modules in flame graphs." :group 'hotlens)
(defface hotlens-flame-2-alt '((((min-colors 88)) :background "#dd8743" :foreground "#1c1c1c")
                               (t :inverse-video t :underline t))
  "A colour of modules in flame graphs, beside its like." :group 'hotlens)
(defface hotlens-flame-3 '((((min-colors 88)) :background "#ecd9b5" :foreground "#1c1c1c")
                           (t :inverse-video t))
  "A colour of modules in flame graphs." :group 'hotlens)
(defface hotlens-flame-3-alt '((((min-colors 88)) :background "#d3bb8e" :foreground "#1c1c1c")
                               (t :inverse-video t :underline t))
  "A colour of modules in flame graphs, beside its like." :group 'hotlens)
(defface hotlens-flame-4 '((((min-colors 88)) :background "#b8d4c8" :foreground "#1c1c1c")
                           (t :inverse-video t))
  "A colour of modules in flame graphs." :group 'hotlens)
(defface hotlens-flame-4-alt '((((min-colors 88)) :background "#97bcac" :foreground "#1c1c1c")
                               (t :inverse-video t :underline t))
  "A colour of modules in flame graphs, beside its like." :group 'hotlens)
(defface hotlens-flame-structure '((((min-colors 88)) :background "#b0b0b0" :foreground "#1c1c1c")
                                   (t :inverse-video t))
  "Roots, processes, threads, and what was too small to be told apart." :group 'hotlens)
(defface hotlens-flame-structure-alt
  '((((min-colors 88)) :background "#989898" :foreground "#1c1c1c")
    (t :inverse-video t :underline t))
  "The same, beside its like." :group 'hotlens)
(defface hotlens-flame-match '((((min-colors 88)) :background "#8e44ad" :foreground "#ffffff"
                                :weight bold)
                               (t :inherit match :weight bold))
  "What a search found in a flame graph." :group 'hotlens)
(defface hotlens-flame-here '((((min-colors 88)) :background "#1d4f91" :foreground "#ffffff"
                               :weight bold)
                              (t :weight bold :underline t))
  "The cell at point in a flame graph." :group 'hotlens)
(defface hotlens-flame-code '((((min-colors 88)) :background "#2a7f62" :foreground "#ffffff")
                              (t :underline t :weight bold))
  "The function at point in the code." :group 'hotlens)

(defvar-local hotlens--flame-connection nil
  "The connection that answers.")
(defvar-local hotlens--flame-question nil
  "What is asked: a property list without `:root' and `:search'.")
(defvar-local hotlens--flame-roots nil
  "The ids of the subtrees that were zoomed into, innermost first.")
(defvar-local hotlens--flame-search nil
  "The text that is searched for, or nil.")
(defvar-local hotlens--flame-graph nil
  "The last answer.")
(defvar-local hotlens--flame-shown nil
  "What the last answer is of, as by `hotlens--flame-asked'.")
(defvar-local hotlens--flame-serial 0
  "Of the last question: answers to others are old.")
(defvar-local hotlens--flame-drawn nil
  "The serial of the question whose answer is drawn.")
(defvar-local hotlens--flame-width nil
  "The columns of the last question.")
(defvar-local hotlens--flame-here nil
  "The overlay on the cell at point.")
(defvar-local hotlens--flame-timer nil
  "Asks anew when a window has another width.")

;;; Nodes

(defun hotlens--flame-column (kind column index)
  "The value at INDEX in COLUMN of KIND, `:nodes', `:functions' and so on."
  (aref (plist-get (plist-get hotlens--flame-graph kind) column) index))

(defun hotlens--flame-of-function (index key)
  "What the function INDEX has as KEY: `:name', `:file', `:module'; or nil."
  (when (natnump index)
    (let ((word (hotlens--flame-column :functions key index)))
      (and (>= word 0) (aref (plist-get hotlens--flame-graph key) word)))))

(defun hotlens--flame-of-cell (cell key)
  "What the node of CELL has in the column KEY.
Nil for a cell of several nodes that are too narrow to be drawn."
  (and (>= (plist-get cell :node) 0)
       (hotlens--flame-column (or (plist-get cell :side) :nodes) key (plist-get cell :node))))

(defun hotlens--flame-node (cell)
  "The node of CELL as a property list."
  (let ((function (hotlens--flame-of-cell cell :function)))
    (list :id (hotlens--flame-of-cell cell :id)
          :function function
          :name (pcase function
                  ('nil "(too narrow to draw: zoom in)")
                  (-1 "(all)")
                  (-2 "(other)")
                  (_ (hotlens--flame-of-function function :name)))
          :file (hotlens--flame-of-function function :file)
          :module (hotlens--flame-of-function function :module)
          :kind (if (natnump function) (hotlens--flame-column :functions :kind function) -1)
          :line (hotlens--flame-of-cell cell :line)
          :definition (and (natnump function)
                           (hotlens--flame-column :functions :line function))
          :detail (plist-get cell :detail))))

(defun hotlens--flame-amount (samples)
  "SAMPLES for people: time where the rate is known, and the share."
  (let ((seconds (plist-get hotlens--flame-graph :secondsPerSample))
        (all (plist-get hotlens--flame-graph :samples)))
    (format "%s · %.1f%%"
            (if (and (numberp seconds) (> seconds 0))
                (hotlens--seconds (* samples seconds))
              (format "%d samples" samples))
            (if (> all 0) (* 100.0 (/ samples (float all))) 0))))

(defun hotlens--flame-describe (node)
  "NODE in one line."
  (let ((file (plist-get node :file)))
    (concat (plist-get node :name)
            (and file (format " (%s:%d)" (file-name-nondirectory file) (plist-get node :line)))
            (and (plist-get node :detail) (concat "  " (plist-get node :detail))))))

;;; Drawing

(defun hotlens--flame-face (node)
  "The face of NODE: one for each module."
  (if (eql 0 (plist-get node :kind))
      (aref [hotlens-flame-1 hotlens-flame-2 hotlens-flame-3 hotlens-flame-4]
            (mod (string-to-number (substring (md5 (or (plist-get node :module) "")) 0 4) 16) 4))
    'hotlens-flame-structure))

(defun hotlens--flame-insert-cell (cell row before)
  "Insert CELL of ROW after a cell with the face BEFORE; return its face."
  (let* ((node (hotlens--flame-node cell))
         (face (hotlens--flame-face node))
         (face (if (eq face before) (intern (format "%s-alt" face)) face))
         (text (or (plist-get cell :text) ""))
         (room (- (plist-get cell :width) (string-width text))))
    (insert (propertize (concat text (make-string (max 0 room) ?\s))
                        'face face
                        'mouse-face 'highlight
                        'help-echo (lambda (window _object point)
                                     (with-current-buffer (window-buffer window)
                                       (hotlens--flame-help point)))
                        'hotlens-cell (append (list :row row) cell)))
    face))

(defun hotlens--flame-help (point)
  "What the mouse says about the cell at POINT."
  (when-let* ((cell (get-text-property point 'hotlens-cell)))
    (hotlens--flame-describe (hotlens--flame-node cell))))

(defun hotlens--flame-insert-rows (rows)
  "Insert ROWS of cells."
  (seq-do-indexed
   (lambda (cells row)
     (let ((at 0)
           before)
       (seq-doseq (cell cells)
         (when (> (plist-get cell :x) at)
           (insert (make-string (- (plist-get cell :x) at) ?\s))
           (setq before nil))
         (setq before (hotlens--flame-insert-cell cell row before)
               at (+ (plist-get cell :x) (plist-get cell :width))))
       (insert "\n")))
   rows))

(defun hotlens--flame-rows (graph)
  "The rows of GRAPH as they are drawn.
In a sandwich the callers come first, the nearest last, then the function and
what it calls."
  (let ((sides (lambda (side)
                 (lambda (row)
                   (mapcar (lambda (cell) (append (list :side side) cell)) row)))))
    (if (plist-get graph :callees)
        (append (reverse (mapcar (funcall sides :callers)
                                 (cdr (append (plist-get graph :callerCells) nil))))
                (mapcar (funcall sides :callees) (plist-get graph :cells)))
      (plist-get graph :cells))))

(defun hotlens--flame-draw (graph)
  "Draw GRAPH, an answer of the server, keeping point on its node."
  (let* ((cell (hotlens--flame-cell))
         (old (and cell hotlens--flame-graph
                   (hotlens--flame-of-cell cell :id)))
         (inhibit-read-only t))
    (setq hotlens--flame-graph graph
          hotlens--flame-here nil)
    (erase-buffer)
    (remove-overlays)
    (if (zerop (plist-get graph :samples))
        (insert "This run has no samples here.\n")
      (hotlens--flame-insert-rows (hotlens--flame-rows graph)))
    (when (> (or (plist-get graph :depth) 0) (length (plist-get graph :cells)))
      (insert (format "… %d levels more: zoom in to see them\n"
                      (- (plist-get graph :depth) (length (plist-get graph :cells))))))
    (goto-char (point-min))
    (when old
      (hotlens--flame-goto (lambda (cell)
                             (equal old (hotlens--flame-of-cell cell :id)))))
    (dolist (window (get-buffer-window-list nil nil t))
      (set-window-point window (point)))
    (hotlens--flame-mark-matches)
    (hotlens--flame-mark-here)
    (force-mode-line-update)))

(defun hotlens--flame-map (function)
  "Call FUNCTION with each cell and its place."
  (save-excursion
    (goto-char (point-min))
    (let (match)
      (while (setq match (text-property-search-forward 'hotlens-cell))
        (save-excursion
          (funcall function (prop-match-value match)
                   (prop-match-beginning match) (prop-match-end match)))))))

(defun hotlens--flame-matches (cell)
  "Whether the search has found the function of CELL."
  (when-let* ((match (plist-get hotlens--flame-graph :match)))
    (seq-contains-p (plist-get match :functions)
                    (hotlens--flame-of-cell cell :function))))

(defun hotlens--flame-mark (kind face predicate)
  "Give FACE to the cells that PREDICATE accepts, as overlays of KIND."
  (remove-overlays nil nil 'hotlens kind)
  (hotlens--flame-map
   (lambda (cell beg end)
     (when (funcall predicate cell)
       (let ((overlay (make-overlay beg end)))
         (overlay-put overlay 'hotlens kind)
         (overlay-put overlay 'face face))))))

(defun hotlens--flame-mark-matches ()
  "Mark what the search found."
  (if (plist-get hotlens--flame-graph :match)
      (hotlens--flame-mark 'match 'hotlens-flame-match #'hotlens--flame-matches)
    (remove-overlays nil nil 'hotlens 'match)))

;;; Moving

(defun hotlens--flame-cell (&optional point)
  "The cell at POINT, or nil."
  (get-text-property (or point (point)) 'hotlens-cell))

(defun hotlens--flame-node-here ()
  "The node of the cell at point."
  (let ((cell (hotlens--flame-cell)))
    (unless cell
      (user-error "There is no function here"))
    (hotlens--flame-node cell)))

(defun hotlens--flame-mark-here ()
  "Mark the cell at point."
  (when (overlayp hotlens--flame-here)
    (delete-overlay hotlens--flame-here))
  (when (hotlens--flame-cell)
    (let ((beg (if (and (> (point) (point-min))
                        (eq (hotlens--flame-cell) (hotlens--flame-cell (1- (point)))))
                   (previous-single-property-change (point) 'hotlens-cell nil (point-min))
                 (point)))
          (end (next-single-property-change (point) 'hotlens-cell nil (point-max))))
      (setq hotlens--flame-here (make-overlay beg end))
      (overlay-put hotlens--flame-here 'face 'hotlens-flame-here)
      (overlay-put hotlens--flame-here 'priority 10))))

(defun hotlens--flame-goto (predicate &optional backward)
  "Go to the next cell that PREDICATE accepts, or before point if BACKWARD.
Begin at the other end of the buffer when there is none.  Nil when none is."
  (let (places)
    (hotlens--flame-map (lambda (cell beg end)
                          (when (funcall predicate cell)
                            (push (cons beg end) places))))
    (setq places (nreverse places))
    (let* ((point (point))
           (ahead (seq-filter (if backward
                                  (lambda (place) (<= (cdr place) point))
                                (lambda (place) (> (car place) point)))
                              places))
           (place (if backward
                      (car (last (or ahead places)))
                    (car (or ahead places)))))
      (when place
        (goto-char (car place))
        t))))

(defun hotlens--flame-in-row (row predicate)
  "Go to the widest cell of ROW that PREDICATE accepts."
  (let (best at)
    (hotlens--flame-map (lambda (cell beg _end)
                          (when (and (= row (plist-get cell :row)) (funcall predicate cell)
                                     (> (plist-get cell :width) (or best 0)))
                            (setq best (plist-get cell :width)
                                  at beg))))
    (when at
      (goto-char at)
      t)))

(defun hotlens--flame-inside (inner outer)
  "Whether the columns of the cell INNER are within those of OUTER."
  (and (>= (plist-get inner :x) (plist-get outer :x))
       (<= (+ (plist-get inner :x) (plist-get inner :width))
           (+ (plist-get outer :x) (plist-get outer :width)))))

(defun hotlens--flame-related (a b)
  "Whether the columns of one of the cells A and B are within the other's."
  (or (hotlens--flame-inside a b) (hotlens--flame-inside b a)))

(defun hotlens-flame-up ()
  "Go to the caller."
  (interactive nil hotlens-flame-mode)
  (when-let* ((here (hotlens--flame-cell)))
    (hotlens--flame-in-row (1- (plist-get here :row))
                           (lambda (cell) (hotlens--flame-related here cell)))))

(defun hotlens-flame-down ()
  "Go to the callee that takes most."
  (interactive nil hotlens-flame-mode)
  (when-let* ((here (hotlens--flame-cell)))
    (hotlens--flame-in-row (1+ (plist-get here :row))
                           (lambda (cell) (hotlens--flame-related here cell)))))

(defun hotlens-flame-right ()
  "Go to the next cell of this row."
  (interactive nil hotlens-flame-mode)
  (when-let* ((here (hotlens--flame-cell)))
    (let ((point (point)))
      (unless (and (hotlens--flame-goto #'identity)
                   (eql (plist-get here :row) (plist-get (hotlens--flame-cell) :row))
                   (> (point) point))
        (goto-char point)))))

(defun hotlens-flame-left ()
  "Go to the cell before in this row."
  (interactive nil hotlens-flame-mode)
  (when-let* ((here (hotlens--flame-cell)))
    (let ((point (point)))
      (unless (and (hotlens--flame-goto #'identity t)
                   (eql (plist-get here :row) (plist-get (hotlens--flame-cell) :row))
                   (< (point) point))
        (goto-char point)))))

;;; Asking

(defun hotlens--flame-asked ()
  "What is asked for, to be remembered until it is shown."
  (list hotlens--flame-connection hotlens--flame-question hotlens--flame-roots
        hotlens--flame-search))

(defun hotlens--flame-columns ()
  "The columns that there are."
  (let ((window (get-buffer-window nil t)))
    (max 20 (if window (window-max-chars-per-line window) 80))))

(defun hotlens--flame-ask ()
  "Ask for the graph that is to be seen."
  (let ((buffer (current-buffer))
        (serial (cl-incf hotlens--flame-serial))
        (asked (hotlens--flame-asked)))
    (setq hotlens--flame-width (hotlens--flame-columns))
    (hotlens--request
     hotlens--flame-connection 'hotlens/flamegraph
     (append (list :columns hotlens--flame-width :rows hotlens-flame-rows :limit 4096)
             hotlens--flame-question
             (and hotlens--flame-roots (list :root (car hotlens--flame-roots)))
             (and hotlens--flame-search (list :search (list :text hotlens--flame-search))))
     (lambda (graph)
       (when (buffer-live-p buffer)
         (with-current-buffer buffer
           (when (= serial hotlens--flame-serial)
             (setq hotlens--flame-shown asked)
             (hotlens--flame-draw graph)
             (setq hotlens--flame-drawn serial)))))
     (lambda (error)
       (when (buffer-live-p buffer)
         (with-current-buffer buffer
           (when (= serial hotlens--flame-serial)
             (hotlens--flame-refused error))))))))

(defun hotlens--flame-refused (error)
  "What was asked for cannot be shown, because of ERROR: what was shown stays."
  (hotlens--say "%s" (plist-get error :message))
  (setq hotlens--flame-drawn hotlens--flame-serial)
  (if hotlens--flame-shown
      (pcase-setq `(,hotlens--flame-connection ,hotlens--flame-question ,hotlens--flame-roots
                    ,hotlens--flame-search)
                  hotlens--flame-shown)
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert (plist-get error :message) "\n"))))

(defun hotlens--flame-set (&rest values)
  "Ask with VALUES, keys and what they are to be; nil leaves a key out."
  (cl-loop for (key value) on values by #'cddr
           do (setq hotlens--flame-question
                    (append (and value (list key value))
                            (cl-loop for (name old) on hotlens--flame-question by #'cddr
                                     unless (eq name key) append (list name old)))))
  (hotlens--flame-ask))

(defun hotlens--flame-sandwich-p ()
  "Whether a sandwich is asked for."
  (equal "sandwich" (plist-get hotlens--flame-question :view)))

(defun hotlens-flame-zoom ()
  "Show only what the function at point calls, as wide as the window.
In a sandwich, show that of the function at point."
  (interactive nil hotlens-flame-mode)
  (let ((node (hotlens--flame-node-here)))
    (cond
     ((memql (plist-get node :function) '(nil -2)))
     ((hotlens--flame-sandwich-p) (hotlens--flame-show-sandwich node))
     ;; The answer may be on its way still.
     ((equal (plist-get node :id) (car hotlens--flame-roots)))
     (t
      (push (plist-get node :id) hotlens--flame-roots)
      (hotlens--flame-ask)))))

(defun hotlens-flame-back ()
  "Undo the last zoom, or leave the sandwich."
  (interactive nil hotlens-flame-mode)
  (cond
   ((hotlens--flame-sandwich-p) (hotlens--flame-set :view nil :function nil :file nil :line nil))
   (hotlens--flame-roots
    (pop hotlens--flame-roots)
    (hotlens--flame-ask))
   (t (user-error "This is the whole graph"))))

(defun hotlens-flame-reset ()
  "Show the whole graph again, without search, sandwich or restriction."
  (interactive nil hotlens-flame-mode)
  (setq hotlens--flame-roots nil
        hotlens--flame-search nil
        hotlens--flame-question
        (cl-loop for (name value) on hotlens--flame-question by #'cddr
                 when (memq name '(:run :folder)) append (list name value)))
  (hotlens--flame-ask))

(defun hotlens-flame-search (text)
  "Mark the functions whose names contain TEXT; none for an empty TEXT."
  (interactive (list (read-string "Search: " hotlens--flame-search)) hotlens-flame-mode)
  (setq hotlens--flame-search (and (not (string-empty-p text)) text))
  (hotlens--flame-ask))

(defun hotlens-flame-next (&optional backward)
  "Go to the next match of the search, or the one before if BACKWARD."
  (interactive nil hotlens-flame-mode)
  (unless (hotlens--flame-goto #'hotlens--flame-matches backward)
    (user-error (if hotlens--flame-search "No match" "Search for something first"))))

(defun hotlens-flame-previous ()
  "Go to the match before."
  (interactive nil hotlens-flame-mode)
  (hotlens-flame-next t))

(defun hotlens-flame-invert ()
  "Turn the graph around: functions on top of stacks, below them who called them."
  (interactive nil hotlens-flame-mode)
  (setq hotlens--flame-roots nil)
  (hotlens--flame-set :function nil
                      :file nil
                      :line nil
                      :view (and (not (equal "inverted"
                                             (plist-get hotlens--flame-question :view)))
                                 "inverted")))

(defun hotlens--flame-show-sandwich (node)
  "Show who calls the function of NODE, and what it calls."
  (unless (eql 0 (plist-get node :kind))
    (user-error "%s is no function" (plist-get node :name)))
  (setq hotlens--flame-roots nil)
  (hotlens--flame-set :view "sandwich"
                      :function (plist-get node :name)
                      :file (plist-get node :file)
                      :line (plist-get node :definition)))

(defun hotlens-flame-sandwich ()
  "Show who calls the function at point and what it calls, or the graph again."
  (interactive nil hotlens-flame-mode)
  (if (hotlens--flame-sandwich-p)
      (hotlens--flame-set :view nil :function nil :file nil :line nil)
    (hotlens--flame-show-sandwich (hotlens--flame-node-here))))

(defun hotlens-flame-threads ()
  "Show processes and threads, or not."
  (interactive nil hotlens-flame-mode)
  (setq hotlens--flame-roots nil)
  (hotlens--flame-set :structure (and (not (plist-get hotlens--flame-question :structure))
                                      "merge")))

(defun hotlens-flame-jump ()
  "Go to the code of the function at point."
  (interactive nil hotlens-flame-mode)
  (let ((node (hotlens--flame-node-here)))
    (unless (plist-get node :file)
      (user-error "%s has no file" (plist-get node :name)))
    (hotlens--visit hotlens--flame-connection (plist-get hotlens--flame-graph :run)
                    (plist-get node :file) (plist-get node :line) t)))

(defun hotlens-flame-focus ()
  "Restrict the numbers in the code to the stacks through this node."
  (interactive nil hotlens-flame-mode)
  (hotlens--request hotlens--flame-connection 'workspace/executeCommand
                    (list :command "hotlens.focus"
                          :arguments (vector (list :node (plist-get (hotlens--flame-node-here)
                                                                    :id))))
                    #'ignore))

(defun hotlens-flame-clear-focus ()
  "Show the numbers of the whole run in the code."
  (interactive nil hotlens-flame-mode)
  (hotlens--request hotlens--flame-connection 'workspace/executeCommand
                    '(:command "hotlens.clearFocus") #'ignore))

(defun hotlens-flame-click (event)
  "Go to the cell that EVENT clicks, and zoom if it is a double click."
  (interactive "e" hotlens-flame-mode)
  (mouse-set-point event)
  (when (eq 'double-mouse-1 (car-safe event))
    (hotlens-flame-zoom)))

;;; The buffer

(defvar-keymap hotlens-flame-mode-map
  :parent special-mode-map
  "<up>" #'hotlens-flame-up
  "k" #'hotlens-flame-up
  "<down>" #'hotlens-flame-down
  "j" #'hotlens-flame-down
  "<left>" #'hotlens-flame-left
  "h" #'hotlens-flame-left
  "<right>" #'hotlens-flame-right
  "l" #'hotlens-flame-right
  "RET" #'hotlens-flame-zoom
  "DEL" #'hotlens-flame-back
  "<escape>" #'hotlens-flame-back
  "u" #'hotlens-flame-back
  "0" #'hotlens-flame-reset
  "/" #'hotlens-flame-search
  "n" #'hotlens-flame-next
  "N" #'hotlens-flame-previous
  "i" #'hotlens-flame-invert
  "s" #'hotlens-flame-sandwich
  "t" #'hotlens-flame-threads
  "f" #'hotlens-flame-focus
  "F" #'hotlens-flame-clear-focus
  "g d" #'hotlens-flame-jump
  "g r" #'revert-buffer
  "." #'hotlens-flame-jump
  "?" #'describe-mode
  "<mouse-1>" #'hotlens-flame-click
  "<double-mouse-1>" #'hotlens-flame-click)

(defun hotlens--flame-header ()
  "The cell at point, or how to begin."
  (let ((cell (hotlens--flame-cell)))
    (string-replace "%" "%%"
                    (cond
                     ((null hotlens--flame-graph) "…")
                     (cell (hotlens--flame-describe
                            (hotlens--flame-node cell)))
                     (t "RET zoom · DEL back · / search · g d code · ? help")))))

(defun hotlens--flame-status ()
  "What the graph shows, for the mode line: not yet what was asked for since."
  (pcase-let* ((graph hotlens--flame-graph)
               (match (plist-get graph :match))
               (`(,_ ,question ,roots ,search) hotlens--flame-shown))
    (string-replace
     "%" "%%"
     (concat " " (or (plist-get graph :title) "")
             (and (eq t (plist-get graph :live)) " · live")
             (and (plist-get question :view) (format " · %s" (plist-get question :view)))
             (and (plist-get graph :focus) (format " · through %s" (plist-get graph :focus)))
             (and roots " · zoomed")
             (and search match
                  (format " · “%s”: %s" search
                          (hotlens--flame-amount (plist-get match :samples))))))))

(define-derived-mode hotlens-flame-mode special-mode "Flame"
  "A flame graph: below each function what it called, as wide as it took time.
\\{hotlens-flame-mode-map}"
  (setq truncate-lines t
        header-line-format '(:eval (hotlens--flame-header))
        mode-line-process '(:eval (hotlens--flame-status))
        cursor-type nil)
  (buffer-disable-undo)
  (setq-local revert-buffer-function (lambda (&rest _) (hotlens--flame-ask)))
  (add-hook 'post-command-hook #'hotlens--flame-mark-here nil t)
  (add-hook 'window-size-change-functions #'hotlens--flame-resized nil t))

(defun hotlens--flame-resized (window)
  "WINDOW may have another width: lay the graph out anew, a moment later."
  (with-current-buffer (window-buffer window)
    (when (and hotlens--flame-connection
               (jsonrpc-running-p hotlens--flame-connection)
               (not (eql hotlens--flame-width (hotlens--flame-columns))))
      (when (timerp hotlens--flame-timer)
        (cancel-timer hotlens--flame-timer))
      (setq hotlens--flame-timer
            (run-with-timer 0.2 nil (lambda (buffer)
                                      (when (buffer-live-p buffer)
                                        (with-current-buffer buffer
                                          (hotlens--flame-ask))))
                            (current-buffer))))))

(defun hotlens--flame-open (connection place)
  "Show a flame graph that CONNECTION knows: the run, and the function of PLACE."
  (let ((buffer (get-buffer-create "*hotlens flame graph*"))
        (function (plist-get place :function)))
    (with-current-buffer buffer
      (unless (derived-mode-p 'hotlens-flame-mode)
        (hotlens-flame-mode))
      (setq hotlens--flame-connection connection
            hotlens--flame-roots nil
            hotlens--flame-question
            (append (and (plist-get place :run) (list :run (plist-get place :run)))
                    (and function
                         (list :focus (append (list :function function)
                                              (and (plist-get place :file)
                                                   (list :file (plist-get place :file)))))))))
    (pop-to-buffer buffer)
    (hotlens--flame-ask)
    (hotlens--flame-follow-start)))

;;; Beside the code

(defun hotlens--flame-changed (connection method params)
  "Draw anew if METHOD with PARAMS of CONNECTION says that another run is shown."
  (when (and (eq method 'hotlens/didChange)
             (cl-intersection '("shown" "numbers") (append (plist-get params :changed) nil)
                              :test #'equal))
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (and (derived-mode-p 'hotlens-flame-mode)
                   (eq connection hotlens--flame-connection)
                   (not (plist-get hotlens--flame-question :run)))
          (hotlens--flame-ask))))))

(add-hook 'hotlens-notification-functions #'hotlens--flame-changed)

(defvar hotlens--flame-follow-timer nil
  "Looks where point is in the code.")

(defvar hotlens--flame-followed nil
  "What is marked in the flame graph: (BUFFER FILE NAME).")

(defun hotlens--flame-follow-start ()
  "Mark the function at point in the flame graph from now on."
  (unless hotlens--flame-follow-timer
    (setq hotlens--flame-follow-timer (run-with-idle-timer 0.3 t #'hotlens--flame-follow))))

(defun hotlens--flame-follow ()
  "Mark the function at point in the flame graph that is seen."
  (let ((flame (get-buffer "*hotlens flame graph*")))
    (cond
     ((null flame)
      (cancel-timer hotlens--flame-follow-timer)
      (setq hotlens--flame-follow-timer nil))
     ((and hotlens--answer (get-buffer-window flame t))
      (let* ((function (hotlens--function-at-point))
             (place (list flame (plist-get hotlens--answer :file) (plist-get function :name))))
        (unless (equal place hotlens--flame-followed)
          (setq hotlens--flame-followed place)
          (with-current-buffer flame
            (hotlens--flame-mark-code (nth 1 place) (nth 2 place)))))))))

(defun hotlens--flame-mark-code (file name)
  "Mark the cells of the function NAME in FILE."
  (hotlens--flame-mark 'code 'hotlens-flame-code
                       (lambda (cell)
                         (let ((node (hotlens--flame-node cell)))
                           (and name (equal name (plist-get node :name))
                                (equal file (plist-get node :file)))))))

(provide 'hotlens-flame)
;;; hotlens-flame.el ends here

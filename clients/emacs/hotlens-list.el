;;; hotlens-list.el --- Lists of runs, functions and lines  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Tables that the server fills.  In that of lines `next-error' goes from one hot line to the next.

;;; Code:

(require 'hotlens-draw)
(require 'tabulated-list)

(declare-function hotlens--flame-open "hotlens-flame")

(defvar-local hotlens--list-connection nil
  "The connection that fills this list.")

(defvar-local hotlens--list-run nil
  "The id of the run whose functions or lines this list has.")

(defvar-local hotlens--list-follows nil
  "Whether this list is of the shown run, whichever that is.")

(defvar-local hotlens--list-ask nil
  "A function that fills this list.")

;;; Going to code

(defun hotlens--of-run (run)
  "What a question says about RUN: its id, or nothing while it is recorded."
  (and run (not (eql run 0)) (list :run run)))

(defun hotlens--visit (connection run file line &optional other-window)
  "Show where LINE of FILE, as RUN had it, is now on CONNECTION's host.
OTHER-WINDOW leaves the selected window as it is."
  (when-let* ((buffer (get-file-buffer (hotlens--path connection file))))
    (with-current-buffer buffer
      (hotlens--send-changes)))
  (hotlens--request
   connection 'hotlens/location
   (append (list :path file :line (max 1 (or line 1))) (hotlens--of-run run))
   (lambda (location)
     (hotlens--soon (lambda () (hotlens--show-location connection location other-window))))
   ;; The file is gone, or the server is too old to know.
   (lambda (_error)
     (hotlens--soon
      (lambda () (hotlens--visit-as-recorded connection run file line other-window))))))

(defun hotlens--show-location (connection location other-window)
  "Show LOCATION of CONNECTION's host, in an OTHER-WINDOW or the selected one."
  (let* ((path (hotlens--path connection (plist-get location :uri)))
         (line (1+ (plist-get (plist-get (plist-get location :range) :start) :line))))
    (hotlens--go-to (find-file-noselect path) line other-window)
    (when (eq :json-false (plist-get location :exact))
      (hotlens--say "what ran has changed since; line %d of %s is the nearest that is left" line
                    (file-name-nondirectory path)))))

(defun hotlens--visit-as-recorded (connection run file line other-window)
  "Show LINE of FILE, a path of CONNECTION's host, or what is kept of it by RUN.
In an OTHER-WINDOW or the selected one."
  (let ((path (hotlens--path connection file)))
    (if (and (file-name-absolute-p file) (file-exists-p path))
        (hotlens--go-to (find-file-noselect path) line other-window)
      (hotlens--request
       connection 'hotlens/source (append (list :path file) (hotlens--of-run run))
       (lambda (answer)
         (if-let* ((text (plist-get answer :text)))
             (hotlens--soon
              (lambda ()
                (hotlens--go-to (hotlens--kept-source file (plist-get answer :run) text)
                                line other-window)))
           (hotlens--say "%s is not here, and its text was not kept" file)))
       (lambda (_error)
         (hotlens--say "%s is not here, and its text was not kept" file))))))

(defun hotlens--kept-source (file run text)
  "A buffer with TEXT, which was FILE when RUN was recorded."
  (with-current-buffer (get-buffer-create (format "*%s of run %s*" (file-name-nondirectory file)
                                                  run))
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert text)
      (delay-mode-hooks (python-mode))
      (set-buffer-modified-p nil)
      (view-mode 1)
      (hotlens--say "%s is not here; this is the text that ran" file)
      (current-buffer))))

(defun hotlens--go-to (buffer line other-window)
  "Show LINE of BUFFER, in an OTHER-WINDOW or the selected one."
  (let ((window (if other-window
                    (display-buffer buffer '(nil (inhibit-same-window . t)))
                  (pop-to-buffer buffer)
                  (selected-window))))
    (with-selected-window window
      (widen)
      (goto-char (point-min))
      (forward-line (1- (max line 1)))
      (back-to-indentation)
      (when (fboundp 'pulse-momentary-highlight-one-line)
        (pulse-momentary-highlight-one-line)))))

;;; What the lists share

(defun hotlens--list-open (name mode connection ask)
  "Show the list NAME in MODE, which CONNECTION fills when ASK is called."
  (let ((buffer (get-buffer-create name)))
    (with-current-buffer buffer
      (funcall mode)
      (setq hotlens--list-connection connection
            hotlens--list-ask ask)
      (setq default-directory (or (hotlens-connection-host connection) default-directory))
      (hotlens--list-fill))
    (pop-to-buffer buffer)))

(defun hotlens--list-fill (&rest _)
  "Ask for the rows of this list."
  (funcall hotlens--list-ask))

(defun hotlens--list-entries (buffer entries)
  "Put ENTRIES into the list BUFFER, keeping the place."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (setq tabulated-list-entries entries)
      (tabulated-list-print t)
      (when (null entries)
        (let ((inhibit-read-only t))
          (save-excursion
            (insert "Nothing yet: profile a file first.\n")))))))

(defun hotlens--by-number (key)
  "A predicate that sorts the entries of a list by KEY of their ids."
  (lambda (a b) (< (plist-get (car a) key) (plist-get (car b) key))))

(define-derived-mode hotlens-list-mode tabulated-list-mode "Hotlens"
  "What the lists of hotlens share."
  (setq-local revert-buffer-function #'hotlens--list-fill))

;;; Runs

(defvar-keymap hotlens-runs-mode-map
  :parent tabulated-list-mode-map
  "RET" #'hotlens-runs-show
  "<mouse-2>" #'hotlens-runs-show
  "f" #'hotlens-runs-flamegraph
  "F" #'hotlens-runs-functions
  "L" #'hotlens-runs-label
  "p" #'hotlens-runs-pin
  "c" #'hotlens-runs-compare
  "D" #'hotlens-runs-delete)

(define-derived-mode hotlens-runs-mode hotlens-list-mode "Hotlens runs"
  "The runs of a project.
\\{hotlens-runs-mode-map}"
  (setq tabulated-list-format
        (vector (list "Run" 5 (hotlens--by-number :id) :right-align t)
                '("When" 16 t)
                '("Program" 30 t)
                (list "Elapsed" 9 (hotlens--by-number :elapsed) :right-align t)
                (list "Busy" 9 (hotlens--by-number :busy) :right-align t)
                (list "Samples" 9 (hotlens--by-number :samples) :right-align t)
                '("Exit" 4 nil :right-align t)
                '("Label" 10 t))
        tabulated-list-sort-key '("Run" . t)
        tabulated-list-padding 1)
  (tabulated-list-init-header))

(defun hotlens--seconds (value)
  "VALUE as seconds, for a table."
  (if (numberp value) (format (if (< value 10) "%.2f s" "%.1f s") value) "–"))

(defun hotlens--run-entry (run)
  "The row of RUN."
  (list (list :id (plist-get run :id)
              :elapsed (or (plist-get run :elapsed) 0)
              :busy (or (plist-get run :busy) 0)
              :samples (plist-get run :samples))
        (vector (number-to-string (plist-get run :id))
                (string-replace "T" " " (substring (plist-get run :start) 0 16))
                (or (plist-get run :title) "")
                (hotlens--seconds (plist-get run :elapsed))
                (hotlens--seconds (plist-get run :busy))
                (number-to-string (plist-get run :samples))
                (format "%s" (or (plist-get run :exit_status) ""))
                (concat (and (eq t (plist-get run :pinned)) "* ")
                        (plist-get run :label)))))

(defun hotlens--list-runs (connection folder)
  "List the runs of FOLDER that CONNECTION knows."
  (hotlens--list-open
   "*hotlens runs*" #'hotlens-runs-mode connection
   (lambda ()
     (let ((buffer (current-buffer)))
       (hotlens--request hotlens--list-connection 'hotlens/runs
                         (list :folder (directory-file-name folder) :limit 500)
                         (lambda (answer)
                           (hotlens--list-entries
                            buffer (mapcar #'hotlens--run-entry (plist-get answer :runs)))))))))

(defun hotlens--run-here ()
  "The id of the run of this line."
  (or (plist-get (tabulated-list-get-id) :id)
      (user-error "There is no run on this line")))

(defun hotlens--run-do (command id &rest arguments)
  "Run COMMAND of the server for the run ID, with more ARGUMENTS."
  (hotlens--request hotlens--list-connection 'workspace/executeCommand
                    (list :command command
                          :arguments (vector (append (list :run id) arguments)))
                    #'ignore))

(defun hotlens-runs-show ()
  "Show the times of the run at point in the code."
  (interactive nil hotlens-runs-mode)
  (hotlens--run-do "hotlens.selectRun" (hotlens--run-here)))

(defun hotlens-runs-flamegraph ()
  "Show the flame graph of the run at point."
  (interactive nil hotlens-runs-mode)
  (hotlens--flame-open hotlens--list-connection (list :run (hotlens--run-here))))

(defun hotlens-runs-functions ()
  "List the functions of the run at point."
  (interactive nil hotlens-runs-mode)
  (hotlens--list-functions hotlens--list-connection (hotlens--run-here)))

(defun hotlens-runs-label (label)
  "Give the run at point a LABEL, its name everywhere; an empty one takes it away."
  (interactive (list (read-string "Label: ")) hotlens-runs-mode)
  (hotlens--run-do "hotlens.renameRun" (hotlens--run-here) :label label))

(defun hotlens-runs-pin ()
  "Keep the run at point from being cleared out, or no longer."
  (interactive nil hotlens-runs-mode)
  (hotlens--run-do "hotlens.pinRun" (hotlens--run-here)))

(defun hotlens-runs-compare ()
  "Compare the run that is shown with the run at point."
  (interactive nil hotlens-runs-mode)
  (hotlens--run-do "hotlens.compareWith" (hotlens--run-here)))

(defun hotlens-runs-delete ()
  "Delete the run at point."
  (interactive nil hotlens-runs-mode)
  (let ((id (hotlens--run-here)))
    (when (y-or-n-p (format "Delete run %d? " id))
      (hotlens--run-do "hotlens.deleteRun" id))))

(defun hotlens--runs-changed (connection method params)
  "Fill the list of runs anew if METHOD with PARAMS of CONNECTION says so."
  (when (and (eq method 'hotlens/didChange)
             (seq-contains-p (plist-get params :changed) "runs"))
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (and (derived-mode-p 'hotlens-runs-mode)
                   (eq connection hotlens--list-connection))
          (hotlens--list-fill))))))

(add-hook 'hotlens-notification-functions #'hotlens--runs-changed)

;;; Functions and lines

(defvar-keymap hotlens-functions-mode-map
  :parent tabulated-list-mode-map
  "RET" #'hotlens-list-visit
  "<mouse-2>" #'hotlens-list-visit
  "SPC" #'hotlens-list-show
  "o" #'hotlens-list-focus)

(define-derived-mode hotlens-functions-mode hotlens-list-mode "Hotlens functions"
  "The functions of a run.
\\{hotlens-functions-mode-map}"
  (setq tabulated-list-format
        (vector (list "Own" 9 (hotlens--by-number :self) :right-align t)
                (list "Own%%" 6 (hotlens--by-number :self) :right-align t)
                (list "Total" 9 (hotlens--by-number :total) :right-align t)
                (list "Total%%" 7 (hotlens--by-number :total) :right-align t)
                '("Function" 36 t)
                '("Where" 0 t))
        tabulated-list-sort-key '("Own" . t)
        tabulated-list-padding 1)
  (tabulated-list-init-header))

(define-derived-mode hotlens-lines-mode hotlens-functions-mode "Hotlens lines"
  "The lines of a run that take most.
\\{hotlens-functions-mode-map}"
  (setq tabulated-list-format
        (vector (list "Own" 9 (hotlens--by-number :self) :right-align t)
                (list "Own%%" 6 (hotlens--by-number :self) :right-align t)
                (list "Total" 9 (hotlens--by-number :total) :right-align t)
                (list "Total%%" 7 (hotlens--by-number :total) :right-align t)
                '("Line" 0 t)))
  (setq-local next-error-function #'hotlens--next-line)
  (tabulated-list-init-header))

(defun hotlens--counts (row)
  "The columns of numbers of ROW, as the server words them."
  (let ((texts (plist-get row :texts)))
    (mapcar (lambda (key) (plist-get texts key))
            '(:self :selfShare :total :totalShare))))

(defun hotlens--place (row)
  "Where ROW is, for people."
  (format "%s:%s" (abbreviate-file-name (or (plist-get row :file) "?")) (plist-get row :line)))

(defun hotlens--list-rows (name mode connection run method key words &optional more)
  "Show the list NAME in MODE with the rows of RUN.
METHOD of CONNECTION, asked with MORE, answers them as KEY; WORDS makes the last
columns of a row."
  (hotlens--list-open
   name mode connection
   (lambda ()
     (setq hotlens--list-follows (null run))
     (let ((buffer (current-buffer)))
       (hotlens--request
        hotlens--list-connection method
        (append (list :limit 1000 :texts t) more (hotlens--of-run run))
        (lambda (answer)
          (when (buffer-live-p buffer)
            (let ((run (plist-get answer :run)))
              (with-current-buffer buffer
                (setq hotlens--list-run (plist-get run :id)))
              (hotlens--list-entries
               buffer
               (mapcar (lambda (row)
                         (list row (vconcat (hotlens--counts row) (funcall words row))))
                       (plist-get answer key)))))))))))

(defun hotlens--rows-changed (connection method params)
  "Fill lists of the shown run anew if METHOD with PARAMS of CONNECTION says so.
While a program is recorded its numbers come once a second."
  (when (and (eq method 'hotlens/didChange)
             (cl-intersection '("shown" "focus" "numbers")
                              (append (plist-get params :changed) nil) :test #'equal))
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (and (derived-mode-p 'hotlens-functions-mode)
                   (eq connection hotlens--list-connection)
                   hotlens--list-follows)
          (hotlens--list-fill))))))

(add-hook 'hotlens-notification-functions #'hotlens--rows-changed)

(defun hotlens--list-functions (connection &optional run)
  "List the functions of RUN, or of the shown run, of CONNECTION.
The machinery of `import' is left out: its time is its caller's."
  (hotlens--list-rows "*hotlens functions*" #'hotlens-functions-mode connection run
                      'hotlens/functions :functions
                      (lambda (row) (list (plist-get row :name) (hotlens--place row)))
                      '(:hideMachinery t)))

(defun hotlens--list-lines (connection &optional run)
  "List the lines of RUN, or of the shown run, of CONNECTION."
  (hotlens--list-rows "*hotlens lines*" #'hotlens-lines-mode connection run
                      'hotlens/lines :lines
                      (lambda (row) (list (hotlens--place row)))))

(defun hotlens--list-go (other-window)
  "Show the code of the row at point, in an OTHER-WINDOW or the selected one."
  (let ((row (or (tabulated-list-get-id) (user-error "There is nothing on this line"))))
    (unless (plist-get row :file)
      (user-error "It is not known where this is"))
    (hotlens--visit hotlens--list-connection hotlens--list-run
                    (plist-get row :file) (plist-get row :line) other-window)))

(defun hotlens-list-visit ()
  "Go to the code of the row at point."
  (interactive nil hotlens-functions-mode)
  (hotlens--list-go nil))

(defun hotlens-list-show ()
  "Show the code of the row at point in another window."
  (interactive nil hotlens-functions-mode)
  (hotlens--list-go t))

(defun hotlens-list-focus ()
  "Restrict all numbers to the stacks through the function at point."
  (interactive nil hotlens-functions-mode)
  (let ((row (tabulated-list-get-id)))
    (unless (plist-get row :name)
      (user-error "There is no function on this line"))
    (hotlens--request hotlens--list-connection 'workspace/executeCommand
                      (list :command "hotlens.focus"
                            :arguments (vector (list :function (plist-get row :name)
                                                     :file (plist-get row :file))))
                      #'ignore)))

(defun hotlens--next-line (count reset)
  "Go COUNT hot lines on, from the first if RESET: see `next-error-function'."
  (when reset
    (goto-char (point-min)))
  (unless (and reset (zerop count))
    (forward-line (if reset (1- count) count)))
  (unless (tabulated-list-get-id)
    (user-error "No more hot lines"))
  (let ((window (get-buffer-window nil t)))
    (when window
      (set-window-point window (point))))
  (hotlens--list-go nil))

(provide 'hotlens-list)
;;; hotlens-list.el ends here

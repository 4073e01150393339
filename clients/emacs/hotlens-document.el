;;; hotlens-document.el --- Buffers that the server knows  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Keeps the server's copy of a buffer like the buffer: edits are collected and sent before anything
;; is asked, or a moment after the last one.  Positions are lines and UTF-16 units.

;;; Code:

(require 'hotlens-connection)

(defvar-local hotlens--connected nil
  "The connection that knows this buffer, or nil.")

(defvar-local hotlens--document-uri nil
  "The name of this buffer to the server.")

(defvar-local hotlens--document-version 0
  "Of the text that the server has.")

(defvar-local hotlens--changes nil
  "Edits that the server has not been told, newest first; or `full'.")

(defvar-local hotlens--before nil
  "What `hotlens--before-change' saw: (BEG END START-POSITION END-POSITION).")

(defvar-local hotlens--timer nil
  "Runs `hotlens-settled-hook' when edits have stopped for a moment.")

(defvar hotlens-settled-hook nil
  "Called in a buffer after edits that the server has been told.")

(defconst hotlens--settle-delay 0.3
  "Seconds after the last edit.")

;;; Positions and texts

(defun hotlens--units (beg end)
  "The UTF-16 units between BEG and END."
  (let ((units (- end beg)))
    (save-excursion
      (goto-char beg)
      (while (re-search-forward "[\U00010000-\U0010FFFF]" end t)
        (setq units (1+ units))))
    units))

(defun hotlens--position (point)
  "POINT in the words of the protocol."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char point)
      (list :line (1- (line-number-at-pos nil t))
            :character (hotlens--units (pos-bol) point)))))

(defun hotlens--text (beg end)
  "The text from BEG to END.
Bytes that are no text become replacement characters: JSON cannot have them."
  (let ((text (buffer-substring-no-properties beg end)))
    (if (multibyte-string-p text)
        (replace-regexp-in-string "[\x3fff80-\x3fffff\ud800-\udfff]" "\ufffd" text t t)
      (replace-regexp-in-string "[^[:ascii:]]" "\ufffd" (string-to-multibyte text) t t))))

(defun hotlens--whole-text ()
  "The text of the buffer."
  (save-restriction
    (widen)
    (hotlens--text (point-min) (point-max))))

;;; Edits

(defun hotlens--before-change (beg end)
  "The text between BEG and END is about to change."
  (unless (eq hotlens--changes 'full)
    (setq hotlens--before
          (list beg end (hotlens--position beg) (hotlens--position end)))))

(defun hotlens--after-change (beg end length)
  "The text between BEG and END has replaced LENGTH characters."
  (pcase-let ((`(,was-beg ,was-end ,start ,stop) hotlens--before))
    (setq hotlens--before nil)
    (cond
     ((eq hotlens--changes 'full))
     ((and was-beg (= beg was-beg) (= length (- was-end was-beg)))
      (push (list :range (list :start start :end stop) :text (hotlens--text beg end))
            hotlens--changes))
     ;; Some functions announce more than they change, or nothing: then the positions from before
     ;; are not those of the edit.
     (t (setq hotlens--changes 'full))))
  (hotlens--settle-later))

(defun hotlens--settle-later ()
  "Run `hotlens-settled-hook' when edits have stopped for a moment."
  (when (timerp hotlens--timer)
    (cancel-timer hotlens--timer))
  (setq hotlens--timer
        (run-with-timer hotlens--settle-delay nil #'hotlens--settled (current-buffer))))

(defun hotlens--settled (buffer)
  "Edits of BUFFER have stopped for a moment."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (setq hotlens--timer nil)
      (when hotlens--connected
        (hotlens--send-changes)
        (run-hooks 'hotlens-settled-hook)))))

(defun hotlens--send-changes ()
  "Tell the server of the edits that it does not know."
  (when (and hotlens--changes hotlens--connected)
    (let ((changes (if (eq hotlens--changes 'full)
                       (vector (list :text (hotlens--whole-text)))
                     (vconcat (reverse hotlens--changes)))))
      (setq hotlens--changes nil)
      (hotlens--notify hotlens--connected 'textDocument/didChange
                       `( :textDocument ( :uri ,hotlens--document-uri
                                          :version ,(cl-incf hotlens--document-version))
                          :contentChanges ,changes)))))

;;; Life of a document

(defun hotlens--identifier ()
  "This buffer in the words of the protocol."
  (list :uri hotlens--document-uri))

(defun hotlens--saved ()
  "The buffer was saved."
  (when hotlens--connected
    (hotlens--send-changes)
    (hotlens--notify hotlens--connected 'textDocument/didSave
                     `(:textDocument ,(hotlens--identifier)))))

(defun hotlens--open-document ()
  "Make this buffer known to the server of its host, starting that if need be."
  (let ((connection (hotlens--connection buffer-file-name)))
    (unless (eq connection hotlens--connected)
      (setq hotlens--connected connection
            hotlens--document-uri (hotlens--uri buffer-file-name)
            hotlens--changes nil)
      (hotlens--notify connection 'textDocument/didOpen
                       `(:textDocument ( :uri ,hotlens--document-uri
                                         :languageId "python"
                                         :version ,(cl-incf hotlens--document-version)
                                         :text ,(hotlens--whole-text))))
      ;; What the server believes saved is what was opened.
      (when (buffer-modified-p)
        (setq hotlens--changes 'full)
        (hotlens--send-changes))
      (add-hook 'before-change-functions #'hotlens--before-change nil t)
      (add-hook 'after-change-functions #'hotlens--after-change nil t)
      (add-hook 'after-save-hook #'hotlens--saved nil t)
      (add-hook 'after-revert-hook #'hotlens--saved nil t)
      (add-hook 'kill-buffer-hook #'hotlens--close-document nil t))
    connection))

(defun hotlens--forget-document ()
  "Stop keeping the server's copy of this buffer."
  (when (timerp hotlens--timer)
    (cancel-timer hotlens--timer))
  (setq hotlens--connected nil
        hotlens--changes nil
        hotlens--timer nil)
  (remove-hook 'before-change-functions #'hotlens--before-change t)
  (remove-hook 'after-change-functions #'hotlens--after-change t)
  (remove-hook 'after-save-hook #'hotlens--saved t)
  (remove-hook 'after-revert-hook #'hotlens--saved t)
  (remove-hook 'kill-buffer-hook #'hotlens--close-document t))

(defun hotlens--close-document ()
  "Tell the server that this buffer is closed."
  (when hotlens--connected
    (hotlens--notify hotlens--connected 'textDocument/didClose
                     `(:textDocument ,(hotlens--identifier)))
    (hotlens--forget-document)))

(defun hotlens--documents (connection)
  "The buffers that CONNECTION knows."
  (cl-remove-if-not (lambda (buffer)
                      (eq connection (buffer-local-value 'hotlens--connected buffer)))
                    (buffer-list)))

(provide 'hotlens-document)
;;; hotlens-document.el ends here

;;; tap.el --- Runs ERT in batch and prints TAP  -*- lexical-binding: t; -*-

;;; Commentary:

;; emacs --batch -l tap.el -l SOME-tests.el -f tap-run [SELECTOR]
;; Results go to stdout, everything else to stderr.

;;; Code:

(require 'ert)

(defvar tap--number 0)

(defun tap--reason (result)
  "Why the test of RESULT failed, as lines of a comment."
  (with-temp-buffer
    (pcase result
      ((cl-type ert-test-result-with-condition)
       (let ((print-length 20) (print-level 8))
         (insert (format "%S" (ert-test-result-with-condition-condition result)))
         (insert "\n" (mapconcat (lambda (info) (format "%s%s" (car info) (cdr info)))
                                 (ert-test-result-with-condition-infos result) "\n"))))
      (_ (insert (format "%s" (type-of result)))))
    (goto-char (point-min))
    (while (not (eobp))
      (insert "# ")
      (forward-line))
    (buffer-string)))

(defun tap--slowest (stats)
  "The five tests of STATS that took longest, as lines of a comment."
  (let ((tests (cl-sort (cl-loop for test across (ert--stats-tests stats)
                                 for result across (ert--stats-test-results stats)
                                 when result
                                 collect (cons (ert-test-result-duration result)
                                               (ert-test-name test)))
                        #'> :key #'car)))
    (mapconcat (lambda (test) (format "# %5.1f s %s\n" (car test) (cdr test)))
               (seq-take tests 5) "")))

(defun tap--listen (event &rest arguments)
  "Print what EVENT with ARGUMENTS tells."
  (pcase event
    ('run-started
     (princ (format "1..%d\n" (ert-stats-total (car arguments)))))
    ('run-ended
     (princ (tap--slowest (car arguments))))
    ('test-started
     (message "--- %s" (ert-test-name (cadr arguments))))
    ('test-ended
     (pcase-let* ((`(,stats ,test ,result) arguments)
                  (good (ert-test-result-expected-p test result))
                  (skipped (ert-test-skipped-p result)))
       (setq tap--number (1+ tap--number))
       (princ (format "%s %d - %s%s\n" (if good "ok" "not ok") tap--number (ert-test-name test)
                      (if skipped
                          (format " # SKIP %S" (cadr (ert-test-result-with-condition-condition
                                                      result)))
                        "")))
       (unless good
         (princ (concat (tap--reason result) "\n")))
       (ignore stats)))))

(defun tap-run ()
  "Run the tests whose names match the first argument, or all of them."
  (let* ((selector (or (pop command-line-args-left) t))
         (stats (ert-run-tests selector #'tap--listen)))
    (kill-emacs (if (zerop (ert-stats-completed-unexpected stats)) 0 1))))

;;; tap.el ends here

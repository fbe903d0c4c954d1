"""Transfer learning on ESC-10: embeddings of YAMNet and a linear classifier, five folds.

YAMNet was trained on two million clips. It processes each recording once (``memory``), for all folds and candidates.
The accuracy of people is 0.957 (Piczak 2015). ESC-10 and YAMNet are downloaded at the first run, or found in
SKAUDIO_DATA.
"""

import tempfile

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut

from skaudio.datasets import fetch_esc10
from skaudio.pretrained import PretrainedEmbedding, TransferClassifier

esc10 = fetch_esc10()
with tempfile.TemporaryDirectory() as memory:
    model = TransferClassifier(
        PretrainedEmbedding("yamnet", memory=memory, n_jobs=2), LogisticRegression(max_iter=1000)
    )
    grid = {"base__pooling": ["mean", "meanmax"]}
    search = GridSearchCV(model, grid, cv=LeaveOneGroupOut(), refit=False)
    search.fit(esc10.data, esc10.target, groups=esc10.groups)
for i, params in enumerate(search.cv_results_["params"]):
    folds = [search.cv_results_[f"split{fold}_test_score"][i] for fold in range(5)]
    print(f"{params['base__pooling']:<8} {np.round(folds, 3)}, mean {np.mean(folds):.3f}")

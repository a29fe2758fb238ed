using Appliance.Storage;

namespace Appliance.Ledger.Commits;

/// <summary>
/// The work of one transaction. It is applied without savepoints first, as failures are rare and savepoints are not
/// free; when a piece throws, all is rolled back and applied again with a savepoint around each piece.
/// </summary>
internal sealed class CommitBatch(StoreConnection store, CommitLoopOptions options, TimeProvider time)
{
    /// <summary>What is to be done, in order.</summary>
    public List<LedgerWork> Work { get; } = new(options.MaxBatch);

    /// <summary>Why a piece failed; null where it did not. As long as <see cref="Applied"/>.</summary>
    public List<Exception?> Errors { get; } = new(options.MaxBatch);

    /// <summary>How many pieces went into the transaction; the rest waits for the next one.</summary>
    public int Applied { get; private set; }

    /// <summary>Applies and commits. When this throws, the store failed and nothing was stored.</summary>
    public void Commit()
    {
        store.Begin();
        if (!TryApplyAll())
        {
            store.Rollback();
            store.Begin();
            ApplyEachAlone();
        }

        store.Commit();
    }

    /// <summary>Undoes everything: the store failed.</summary>
    public void FailAll(Exception error)
    {
        // When not even Begin succeeded nothing was applied, yet everything that was taken has failed.
        Applied = Applied == 0 ? Work.Count : Applied;
        Errors.Clear();
        for (var i = 0; i < Applied; i++)
        {
            Errors.Add(error);
        }

        try
        {
            store.Rollback();
        }
        catch (StoreException)
        {
            // The next Begin says so again, to work that can be told.
        }
    }

    /// <summary>Drops what was applied.</summary>
    public void Forget()
    {
        Work.RemoveRange(0, Applied);
        Errors.Clear();
        Applied = 0;
    }

    private bool TryApplyAll()
    {
        Applied = 0;
        Errors.Clear();
        var start = time.GetTimestamp();
        foreach (var work in Work)
        {
            try
            {
                Applied++;
                work.Apply(store);
                Errors.Add(null);
            }
            catch (Exception) when (Applied >= 1)
            {
                return false;
            }

            if (time.GetElapsedTime(start) >= options.MaxApplyTime)
            {
                break;
            }
        }

        return true;
    }

    private void ApplyEachAlone()
    {
        Errors.Clear();
        for (var i = 0; i < Applied; i++)
        {
            store.Savepoint();
            try
            {
                Work[i].Apply(store);
                store.KeepSavepoint();
                Errors.Add(null);
            }
            catch (Exception e) when (store.InTransaction)
            {
                store.UndoSavepoint();
                Errors.Add(e);
            }
        }
    }
}

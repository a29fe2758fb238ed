using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Ledger.Commits;

/// <summary>
/// The work of one transaction. It is applied without savepoints first, as failures are rare and savepoints are not
/// free; when a piece throws, or the store finds at the commit that one contradicts what is stored, all is rolled back
/// and halved until those that fail stand alone. When another transaction was in the way, all of it is done again.
/// </summary>
internal sealed class CommitBatch(StoreConnection store, CommitLoopOptions options, TimeProvider time)
{
    private const int MaxConflicts = 20;

    private readonly StoreKeys? _keys = store.TakesKeys ? new StoreKeys() : null;

    /// <summary>What is to be done, in order.</summary>
    public List<LedgerWork> Work { get; } = new(options.MaxBatch);

    /// <summary>Why a piece failed; null where it did not. As long as <see cref="Applied"/>.</summary>
    public List<Exception?> Errors { get; } = new(options.MaxBatch);

    /// <summary>How many pieces went into the transaction; the rest waits for the next one.</summary>
    public int Applied { get; private set; }

    /// <summary>Applies and commits. When this throws, the store failed and nothing was stored.</summary>
    public void Commit()
    {
        for (var conflicts = 0; ; conflicts++)
        {
            try
            {
                CommitOnce();
                return;
            }
            catch (StoreException e) when (e.Failure == StoreFailure.Conflict && conflicts < MaxConflicts)
            {
                store.Rollback();
                // Both sides of a conflict would meet again if they came back at the same moment.
                Thread.Sleep(RandomNumberGenerator.GetInt32(conflicts + 1));
            }
        }
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

    private void CommitOnce()
    {
        Applied = 0;
        store.Begin(Announce());
        if (TryApplyAll() && TryCommit())
        {
            return;
        }

        store.Rollback();
        store.Begin();
        Errors.Clear();
        ApplyHalves(0, Applied);
        store.Commit();
    }

    private StoreKeys? Announce()
    {
        if (_keys is not null)
        {
            _keys.Clear();
            Work.ForEach(work => work.Announce(_keys));
        }

        return _keys;
    }

    private bool TryApplyAll()
    {
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
            catch (Exception e) when (!IsStores(e))
            {
                return false;
            }

            // What was announced was locked, and settled rows are deleted: then all of it is applied.
            if (_keys is null && time.GetElapsedTime(start) >= options.MaxApplyTime)
            {
                break;
            }
        }

        return true;
    }

    private bool TryCommit()
    {
        try
        {
            store.Commit();
            return true;
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Constraint)
        {
            return false;
        }
    }

    /// <summary>Applies a range under one savepoint, or its halves when something in it fails.</summary>
    private void ApplyHalves(int start, int count)
    {
        store.Savepoint();
        try
        {
            for (var i = start; i < start + count; i++)
            {
                Work[i].Apply(store);
            }

            store.KeepSavepoint();
            for (var i = 0; i < count; i++)
            {
                Errors.Add(null);
            }

            return;
        }
        catch (Exception e) when (store.InTransaction && !IsStores(e))
        {
            store.UndoSavepoint();
            if (count == 1)
            {
                Errors.Add(e);
                return;
            }
        }

        ApplyHalves(start, count / 2);
        ApplyHalves(start + (count / 2), count - (count / 2));
    }

    /// <summary>True for what the store or its neighbours did, which no piece of work is to blame for.</summary>
    private static bool IsStores(Exception error) => error is StoreException { IsTemporary: true };
}

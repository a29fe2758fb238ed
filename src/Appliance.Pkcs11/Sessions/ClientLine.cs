namespace Appliance.Pkcs11.Sessions;

/// <summary>The jobs of one client in a <see cref="FairLane"/>, in their order, and its place in the round.</summary>
internal sealed class ClientLine
{
    private SignJob? _last;

    public Guid Client { get; set; }

    /// <summary>Whose turn it is after this one; the round is a ring.</summary>
    public ClientLine Next { get; set; } = null!;

    /// <summary>Signatures that it may still have before others get their turn.</summary>
    public int Credit { get; set; }

    public SignJob? First { get; private set; }

    public void Append(SignJob job)
    {
        job.NextInLine = null;
        if (_last is null)
        {
            First = job;
        }
        else
        {
            _last.NextInLine = job;
        }

        _last = job;
    }

    public SignJob RemoveFirst()
    {
        var job = First!;
        First = job.NextInLine;
        if (First is null)
        {
            _last = null;
        }

        job.NextInLine = null;
        return job;
    }
}

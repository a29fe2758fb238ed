using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Ledger;

namespace Appliance.Durability.TestService;

/// <summary>
/// What callers are told, written into the record between the writes that went before and those that come after. A line
/// each; the commit it came with stands last, as commits of one run number them, with the run's number before it.
/// </summary>
internal sealed unsafe class Marks
{
    private readonly delegate* unmanaged[Cdecl]<byte*, nuint, void> _mark;
    private readonly delegate* unmanaged[Cdecl]<long> _logRestarts;
    private int _run;
    private CommitLoop? _loop;

    public Marks(string shim)
    {
        // It is loaded already; this finds it.
        var library = NativeLibrary.Load(shim);
        _mark = (delegate* unmanaged[Cdecl]<byte*, nuint, void>)NativeLibrary.GetExport(library, "durability_mark");
        _logRestarts = (delegate* unmanaged[Cdecl]<long>)NativeLibrary.GetExport(library, "durability_log_restarts");
    }

    public long LogRestarts => _logRestarts();

    private string Commit => string.Create(CultureInfo.InvariantCulture, $"{_run} {_loop!.Commits}");

    public void RunBegins(CommitLoop loop)
    {
        _loop = loop;
        _run++;
    }

    public void Started(long incarnation)
        => Write(string.Create(CultureInfo.InvariantCulture, $"started {incarnation}"));

    public void Opened(in ActivationRequest grant) => Write(string.Create(
        CultureInfo.InvariantCulture, $"opened {grant.ActivationId:N} {grant.Scal} {grant.Total} {Commit}"));

    public void Reserved(in ReservationRequest request) => Write(string.Create(
        CultureInfo.InvariantCulture,
        $"reserved {request.RequestId:N} {request.ActivationId:N} {request.Hashes.Count} {Commit}"));

    public void Settled(in ReservationRequest request, ReservationOutcome outcome) => Write(string.Create(
        CultureInfo.InvariantCulture, $"settled {request.RequestId:N} {outcome} {Commit}"));

    public void Stamped(Guid request)
        => Write(string.Create(CultureInfo.InvariantCulture, $"stamped {request:N} {Commit}"));

    private void Write(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(line);
        fixed (byte* data = bytes)
        {
            _mark(data, (nuint)bytes.Length);
        }
    }
}

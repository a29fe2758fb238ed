using Appliance.Grpc.Services;

namespace Appliance.Grpc;

/// <summary>
/// The status of a server and its services, for <c>grpc.health.v1.Health</c> (grpc/doc/health-checking.md): Check, List
/// and Watch. Safe for use by several threads.
/// </summary>
/// <remarks>
/// When the dispatcher begins to drain, watchers are told NOT_SERVING and their streams end with UNAVAILABLE, whatever
/// is set here: a stop does not wait for them. A request has at most 1,024 bytes; 1,000 watchers at a time.
/// </remarks>
public sealed class GrpcHealth
{
    /// <summary>The longest name of a service, in characters; a longer one is not known here.</summary>
    public const int MaxNameLength = 256;

    /// <summary>The most services that have a status here.</summary>
    public const int MaxServices = 1_000;

    private readonly HealthBoard _board = new();

    /// <summary>Sets a status, and tells watchers when it is another than before.</summary>
    /// <param name="service">Full name, <c>package.Service</c>; empty for the server as a whole.</param>
    /// <param name="isServing">SERVING or NOT_SERVING.</param>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    /// <exception cref="InvalidOperationException">There are too many services.</exception>
    public void Set(string service, bool isServing) => Set(service, isServing ? static () => true : static () => false);

    /// <summary>
    /// Sets a status that is asked for when it is needed: by each Check and List, at the begin of a Watch, and by
    /// <see cref="Refresh"/>.
    /// </summary>
    /// <param name="service">As in <see cref="Set(string, bool)"/>.</param>
    /// <param name="isServing">Cheap, does not block, does not throw, and sets nothing here.</param>
    /// <exception cref="ArgumentException">As in <see cref="Set(string, bool)"/>.</exception>
    /// <exception cref="InvalidOperationException">As in <see cref="Set(string, bool)"/>.</exception>
    public void Set(string service, Func<bool> isServing)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(isServing);
        if (service.Length > MaxNameLength)
        {
            throw new ArgumentException(
                $"The name of a service has at most {MaxNameLength} characters.", nameof(service));
        }

        _board.Set(service, isServing);
    }

    /// <summary>
    /// Asks for every status anew and tells watchers what changed. To be called every second or so, or when something
    /// has changed; otherwise watchers learn of it with the next Check.
    /// </summary>
    public void Refresh() => _board.Refresh();

    /// <summary>Maps Check, List and Watch.</summary>
    /// <param name="methods">To add them to.</param>
    /// <returns>The methods, so that calls chain.</returns>
    /// <exception cref="ArgumentException">They are mapped already.</exception>
    public GrpcMethods Map(GrpcMethods methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return new HealthMethods(_board).AddTo(methods);
    }
}

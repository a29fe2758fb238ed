namespace Appliance.Pkcs11.Hosting;

/// <summary>Takes a frame from a child that is not the answer to a call.</summary>
/// <returns>False when it makes no sense: then the child is ended.</returns>
internal delegate bool FrameHandler(HostChild child, FrameType type, uint id, ReadOnlySpan<byte> body);

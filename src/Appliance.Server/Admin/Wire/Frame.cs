namespace Appliance.Server.Admin.Wire;

/// <summary>One frame: what it is and what it carries.</summary>
internal readonly record struct Frame(FrameKind Kind, byte[] Payload);
